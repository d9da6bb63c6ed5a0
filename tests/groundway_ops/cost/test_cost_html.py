"""The page of an estimate, in a real browser: every number and every reason is there, and nothing is loaded."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cost_resources import database, node_group

sys.path.insert(0, str(Path(__file__).parents[1]))
import browser

from groundway_ops.cost.amounts import usd
from groundway_ops.cost.formats import render
from groundway_ops.cost.record import Estimate

Ask = Callable[..., Estimate]


@pytest.fixture
def estimate(ask: Ask) -> Estimate:
    roles = {"aws_iam_role": {"r": {}}}
    return ask(node_group(["m7i.large", "m7a.large"], (1, 2, 3)) | database() | roles, "network: {nat_gb: 1}")


@pytest.fixture
def before(ask: Ask) -> Estimate:
    return ask(node_group(["m7i.large"], (1, 1, 3)) | {"aws_eip": {"gone": {}}})


def text(estimate: Estimate, before: Estimate | None = None) -> str:
    return render("html", estimate, before)


def test_every_line_and_every_reason_is_told(estimate: Estimate) -> None:
    page = text(estimate)
    for line in estimate.lines:
        assert f"<td>{line.address}</td><td>{line.dimension}</td>" in page
        assert usd(line.monthly.expected).replace("<", "&lt;") in page
    [role] = [r for r in estimate.free if r.type == "aws_iam_role"]
    assert f"<td>{role.address}</td><td>{role.reason}</td>" in page
    assert usd(estimate.monthly.high) in page
    assert "What changes" not in page


def test_names_cannot_break_out_of_the_page(ask: Ask) -> None:
    group = {"aws_eip": {"</script><script>alert(1)</script>": {}}}
    page = text(ask(group))
    assert "</script><script>alert(1)" not in page
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page


needs_browser = pytest.mark.skipif(browser.BINARY is None, reason="no Chromium")


@pytest.mark.slow
@needs_browser
def test_it_draws_offline(estimate: Estimate, before: Estimate, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(text(estimate, before))
    with browser.chromium() as page:
        page.open(file.as_uri())
        page.wait("document.querySelectorAll('.chart svg').length == 3")
        drawn: Any = page.evaluate(  # the bars of each
            "[...document.querySelectorAll('.chart')].map("
            "c => [c.id, c.querySelectorAll('svg .mark-rect path').length])"
        )
        rows = page.evaluate("document.querySelectorAll('#lines tbody tr').length")
        changed = page.evaluate("document.querySelector('#change dd').textContent")
        assert page.problems == []
    assert [name for name, _ in drawn] == ["stacks", "changes", "largest"]
    assert all(bars > 0 for _, bars in drawn)
    assert rows == len(estimate.lines)
    assert changed == usd(estimate.monthly.expected - before.monthly.expected, sign=True)


def test_where_nothing_changes_it_says_so(estimate: Estimate) -> None:
    page = text(estimate, estimate)
    assert 'id="nothing"' in page
    assert '<div class="chart" id="changes">' not in page
