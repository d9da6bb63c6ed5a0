"""The report: complete, offline, readable on a phone, and opened in a real browser."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import browser

from groundway_ops.cost.bill.reports.record import Chart, Column, Report
from groundway_ops.demo.bill.told import table
from groundway_ops.report.page import render, write
from groundway_ops.report.record import (
    Bill,
    Dataset,
    Deployment,
    Drift,
    Happening,
    Metrics,
    Month,
    Record,
    Reproduction,
    Said,
    Slice,
    Step,
    Table,
    Version,
)

METRICS = Metrics(rows=1000, roc_auc=0.7012, log_loss=0.48, calibration_error=0.021, positive_rate=0.22)
QUIET = Drift(psi=0.02, js=0.05, kl=0.01)
LOUD = Drift(psi=0.61, js=0.4, kl=0.5)


def example() -> Record:
    version = Version(
        version="1", digest="ab" * 32, trained_on=("2013-01", "2013-03"), validated_on=("2013-04", "2013-04"),
        metrics=METRICS, passed=True, reasons=[], slices=[Slice(by="carrier", value="UA", rows=300, roc_auc=0.69)],
    )  # fmt: skip
    return Record(
        started="2026-01-02T03:04:05Z",
        model="flights-delay",
        deployment=Deployment(
            environment="dev", cloud="local", destroyed=3,
            by_stack={"dev-foundation": 3}, by_type={"aws_vpc": 1, "aws_subnet": 2},
        ),
        dataset=Dataset(name="flights", version="cd" * 32, rows={"flights": 336776}),
        versions=[version, version.model_copy(update={"version": "2", "champion": True})],
        months=[
            Month(month="2013-05", version="1", metrics=METRICS, score=QUIET, features={"temp": QUIET, "hour": QUIET}),
            Month(
                month="2013-06", version="1", metrics=METRICS, score=LOUD, features={"temp": LOUD, "hour": QUIET},
                reasons=["score drift 0.61 is over 0.25"], retrained_as="2", promoted=True,
            ),
        ],
        reproduction=Reproduction(version="1", rows=500, identical=True, digest="ab" * 32),
        tags={"team": "air"},
        steps=[Step(name="deploy", seconds=12.5)],
    )  # fmt: skip


def of_teams(name: str, title: str) -> Table:
    """A report of the bill with a plot, made as the demo makes its own."""
    report = Report(
        name=name,
        title=title,
        period="2026-11",
        columns=(Column("team"), Column("spend", "usd")),
        rows=(("air", Decimal("10.25")), ("<b>sea", Decimal("2"))),
        sums="spend",
        total=Decimal("12.25"),
        notes=("a note",),
        chart=Chart("bar", "team", "spend"),
    )
    return table(name, report)


BILL = Bill(
    period="2026-11",
    spent="$12.25",
    simulated=True,
    page="cost.html",
    unusual="a node left running",
    tables=[of_teams("bill-teams", "Spend by team"), of_teams("bill-gpu", "GPU waste")],
)


def test_what_is_simulated_says_so() -> None:
    record = example()
    assert 'id="bill"' not in render(record)
    told = render(record.model_copy(update={"bill": BILL}))
    assert "What it cost in 2026-11 (simulated)" in told
    assert "nobody was billed for this" in told
    real = render(record.model_copy(update={"bill": BILL.model_copy(update={"simulated": False})}))
    assert "What it cost in 2026-11<" in real
    assert "simulated" not in real.split('id="bill"')[1].split("<script")[0].lower()


def test_releases_are_told_with_what_the_gates_said() -> None:
    said = [
        Said(gate="plan", passed=True, reason="nothing changes"),
        Said(gate="approvals", passed=False, reason="0 of 2"),
    ]
    asked = Happening(
        time="2026-01-02 03:04:05",
        environment="prod",
        kind="gates",
        release="r-1",
        by="ops/<b>",
        reason="why",
        gates=said,
    )
    pinned = asked.model_copy(update={"kind": "promotion", "gates": []})
    page = render(example().model_copy(update={"releases": [asked, pinned]}))
    assert 'id="release-table"' in page
    assert "gates: refused" in page
    assert '<span class="bad">approvals</span>: 0 of 2' in page
    assert "ops/&lt;b&gt;" in page
    assert ">promotion<" in page
    assert 'id="release-table"' not in render(example())


def test_record_survives_saving(tmp_path: Path) -> None:
    example().save(tmp_path / "record.json")
    assert Record.load(tmp_path / "record.json") == example()


def test_text_of_the_record_is_escaped() -> None:
    record = example().model_copy(update={"model": "<script>alert(1)</script>", "tags": {"team": "</script><b>"}})
    page = render(record)
    assert "<script>alert(1)" not in page
    assert "</script><b>" not in page


@pytest.mark.skipif(browser.BINARY is None, reason="no Chromium on this machine and no root to install it")
@pytest.mark.parametrize("width", [390, 1280])
def test_opens_in_a_browser(tmp_path: Path, width: int) -> None:
    (tmp_path / "cost.html").write_text("<title>the whole bill</title>")
    path = write(example().model_copy(update={"bill": BILL}), tmp_path / "index.html")
    with browser.chromium() as page:
        page.resize(width, 800)
        page.open(path.as_uri())
        for chart in ("quality", "score-drift", "feature-drift", "resources", "bill-teams", "bill-gpu"):
            page.wait(f"document.querySelector('#{chart} svg') !== null")
            assert page.evaluate(f"document.querySelector('#{chart} svg').getBoundingClientRect().width") > 200
        figures = {name: page.evaluate(f"document.querySelector('#{name} b').innerText") for name in
                   ("deployed", "destroyed", "rows", "versions", "reproduced")}  # fmt: skip
        assert figures == {
            "deployed": "3",
            "destroyed": "3",
            "rows": "336,776",
            "versions": "2",
            "reproduced": "identical",
        }
        assert "0.701" in page.evaluate("document.querySelector('#version-table').innerText")
        assert "retrained as version 2, took over" in page.evaluate("document.querySelector('#month-table').innerText")
        assert "(simulated)" in page.evaluate("document.querySelector('#bill').innerText")
        assert page.evaluate("document.querySelector('#bill-spent').innerText") == "$12.25"
        assert "<b>sea" in page.evaluate("document.querySelector('#bill-teams-table').innerText")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
        page.open(page.evaluate("document.querySelector('#bill ~ p a').href"))
        assert page.evaluate("document.title") == "the whole bill"
        assert page.problems == []


@pytest.mark.skipif(browser.BINARY is None, reason="no Chromium on this machine and no root to install it")
def test_the_browser_test_can_fail(tmp_path: Path) -> None:
    """A page that errs and loads from outside is noticed: what the test above relies on."""
    bad = tmp_path / "bad.html"
    bad.write_text("<img src='http://127.0.0.1:9/x.png'><script>console.error('broken'); undefined_function()</script>")
    with browser.chromium() as page:
        page.open(bad.as_uri())
        page.evaluate("1")
        text = " ".join(page.problems)
        assert "broken" in text
        assert "undefined_function" in text
        assert "loaded http://127.0.0.1:9/x.png" in text
