"""docs/policies.md says what the policies say: every rule, every exception, every type, and what is not checked."""

import json
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from pages import policies  # noqa: E402

from groundway_ops.gate import rules  # noqa: E402
from groundway_ops.gate.rules import Bundle  # noqa: E402


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return rules.load(ROOT / "policies")


@pytest.fixture(scope="module")
def written() -> str:
    return policies.write(ROOT / "policies")


def test_it_is_fresh(written: str) -> None:
    stale = (ROOT / "docs" / "policies.md").read_text() != written
    assert not stale, "docs/policies.md is not what the policies say. Mend it with: make reference"


@pytest.mark.parametrize("page", ["README.md", "policies/README.md"])
def test_the_count_of_rules_is_right(page: str, bundle: Bundle) -> None:
    assert f"{len(bundle.rules)} rules" in (ROOT / page).read_text()


def test_every_rule_is_explained(written: str, bundle: Bundle) -> None:
    parts = re.split(r"^#### ", written, flags=re.M)
    assert len(parts) == len(bundle.rules) + 1
    for rule in bundle.rules.values():
        [part] = [p for p in parts if f"[{rule.id}](" in p]
        text = " ".join(part.split())
        for said in (rule.title, rule.severity, rule.why, rule.mend[1:], *rule.controls):
            assert " ".join(said.split()) in text, rule.id


def test_every_type_has_its_rules_or_the_reason_why_not(written: str, bundle: Bundle) -> None:
    found = re.findall(r"^\| `(aws_\w+)` \| (.*) \|$", written, re.M)
    rows = dict(found)
    assert len(rows) == len(found)
    assert rows.keys() == bundle.judged_types | bundle.unjudged.keys()
    for rule in bundle.rules.values():
        for kind in bundle.judged_types & set(rule.types):
            assert f"`{rule.id}`" in rows[kind]


def test_the_areas_add_up(written: str, bundle: Bundle) -> None:
    rows = [re.findall(r"\d+", line) for line in written.splitlines() if re.match(r"\| (\[\w+\]\(#|all )", line)]
    *areas, total = [[int(n) for n in row] for row in rows]
    assert [sum(column) for column in zip(*areas, strict=True)] == total
    assert total[0] == len(bundle.rules) == sum(total[1:])


def test_what_is_excepted_until_when_and_by_whom(tmp_path: Path, written: str) -> None:
    assert ("Nothing is excepted." in written) == (
        not [line for line in (ROOT / "policies/exceptions.yaml").read_text().splitlines() if line[:1] == "-"]
    )
    copy = Path(shutil.copytree(ROOT / "policies", tmp_path / "policies"))
    waiver = {
        "rule": "buckets_keep_versions",
        "stack": "dev-ml",
        "address": "aws_s3_bucket.scratch",
        "reason": "Holds copies of public data only.",
        "approver": "security@example.com",
        "expires": str(datetime.now(UTC).date() + timedelta(days=30)),
    }
    (copy / "exceptions.yaml").write_text(json.dumps([waiver]))
    text = policies.write(copy)
    assert "Nothing is excepted." not in text
    [row] = [line for line in text.splitlines() if waiver["address"] in line]
    assert all(waiver[key] in row for key in waiver)


def test_what_is_not_checked_is_said(written: str) -> None:
    assert len(re.findall(r"^- \*\*", written.partition("## What is not checked")[2], re.M)) >= 8
    assert str(ROOT) not in written
