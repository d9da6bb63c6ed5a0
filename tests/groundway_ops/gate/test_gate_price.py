"""The estimate as an input of the gate: over the budget, without a price, or not looked at, nothing is deployed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from gate_stacks import CHECKOUT, TODAY, edit, except_, first

from groundway.errors import Refused
from groundway_ops.gate import documents, price
from groundway_ops.gate.check import check
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict

RULE = "estimates_stay_within_budgets"


@pytest.fixture
def priced(policies: Path, stacks: Path, tmp_path: Path) -> Path:
    """The few policies and this rule, in a checkout with dev as it is."""
    for file in (f"{RULE}.rego", f"{RULE}_test.rego"):
        shutil.copy(CHECKOUT / "policies" / "terraform" / file, policies / "terraform")
    index = yaml.safe_load((policies / "rules.yaml").read_text())
    index["rules"]["monitoring"] = [RULE]
    (policies / "rules.yaml").write_text(yaml.safe_dump(index))
    shutil.copytree(CHECKOUT / "environments", tmp_path / "environments")
    return tmp_path


@pytest.fixture
def judged(priced: Path, stacks: Path, policies: Path) -> Callable[[], Verdict]:
    def judge() -> Verdict:
        found = documents.stacks(stacks)
        return Gate(policies, today=TODAY).judge([*found, *price.estimates(found, priced)])

    return judge


def budget(root: Path, usd: str) -> None:
    file = root / "environments" / "dev" / "environment.yaml"
    text = file.read_text()
    assert text.count("monthly_usd: 600") == 1
    teams = "teams: {ml-platform: 400, demand: 200}"
    file.write_text(text.replace("monthly_usd: 600", f"monthly_usd: {usd}").replace(teams, "teams: {ml-platform: 10}"))


def crowd(content: dict[str, Any]) -> None:
    first(content, "aws_eks_node_group")["scaling_config"] = {"min_size": 50, "desired_size": 50, "max_size": 50}


def test_within_the_budget_it_passes(judged: Callable[[], Verdict]) -> None:
    verdict = judged()
    assert verdict.passed
    assert verdict.resources == sum(j.resources for j in verdict.judged)
    assert len(verdict.judged) == 4  # stacks; the estimate is none


def test_a_smaller_budget_refuses_the_same_stacks(judged: Callable[[], Verdict], priced: Path) -> None:
    budget(priced, "375")
    [finding] = judged().findings
    assert (finding.rule, finding.stack, finding.address) == (RULE, "dev-estimate", "stack")
    assert "is expected to cost 375.60 USD a month; its budget is 375, and 1000 are allowed" in finding.message
    assert "aws_eks_cluster.cluster" in finding.message
    assert finding.file.endswith("environments/dev/environment.yaml")


def test_a_budget_beyond_what_is_allowed_counts_for_nothing(
    judged: Callable[[], Verdict], priced: Path, policies: Path
) -> None:
    allowed = policies / "allowed.yaml"
    allowed.write_text(allowed.read_text().replace("monthly_usd: 1000", "monthly_usd: 300"))
    [finding] = judged().findings
    assert "its budget is 600, and 300 are allowed" in finding.message


def test_a_pool_that_grew_is_refused(judged: Callable[[], Verdict], stacks: Path) -> None:
    edit(stacks, "dev-compute", crowd)
    assert [f.rule for f in judged().findings] == [RULE]


def test_what_has_no_price_is_refused(judged: Callable[[], Verdict], stacks: Path, policies: Path) -> None:
    index = yaml.safe_load((policies / "rules.yaml").read_text())
    index["unjudged"]["aws_fsx_lustre_file_system"] = "not of interest here"
    (policies / "rules.yaml").write_text(yaml.safe_dump(index))
    assert judged().passed
    edit(stacks, "dev-ml", lambda c: c["resource"].update(aws_fsx_lustre_file_system={"x": {}}))
    [finding] = judged().findings
    assert "cannot be priced: dev-ml: aws_fsx_lustre_file_system.x: nobody said what" in finding.message


def test_usage_that_is_wrong_is_refused(judged: Callable[[], Verdict], priced: Path) -> None:
    (priced / "environments" / "dev" / "usage.yaml").write_text("netwrok: {}\n")
    [finding] = judged().findings
    assert "usage.yaml:1: netwrok: unknown key" in finding.message


def test_without_an_estimate_nothing_passes(priced: Path, stacks: Path, policies: Path) -> None:
    verdict = Gate(policies, today=TODAY).judge(documents.stacks(stacks))
    assert verdict.failures == ("dev: what it costs was not looked at",)
    assert not verdict.passed


def test_a_stack_cannot_pass_for_an_estimate(judged: Callable[[], Verdict], stacks: Path) -> None:
    """What is in a stack is judged as a stack, whatever else it says."""
    edit(stacks, "dev-compute", lambda c: c["terraform"]["backend"]["s3"].update(use_lockfile=False))
    before = judged()
    edit(stacks, "dev-compute", lambda c: c.update(estimate={"environment": "dev", "expected": "0", "budget": "1"}))
    assert judged().findings == before.findings
    assert [f.rule for f in before.findings] == ["state_is_locked"]


def test_an_exception_holds_for_it_as_for_any_rule(
    judged: Callable[[], Verdict], stacks: Path, policies: Path, waiver: dict[str, str]
) -> None:
    edit(stacks, "dev-compute", crowd)
    except_(policies, waiver | {"rule": RULE, "stack": "dev-estimate", "address": "stack"})
    verdict = judged()
    assert verdict.passed
    assert [(f.rule, w.approver) for f, w in verdict.excepted] == [(RULE, "security@example.com")]
    except_(policies, waiver | {"rule": RULE, "stack": "staging-estimate", "address": "stack"})
    assert not judged().passed


@pytest.mark.parametrize(
    "variables",
    [{}, {"GROUNDWAY_UNPROTECT": "dev"}, {"GROUNDWAY_ENVIRONMENT": "dev", "GROUNDWAY_CLOUD": "local"}],
    ids=["none", "unprotected", "one"],
)
def test_the_app_ends_whatever_the_variables_say(
    priced: Path, stacks: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    names = [folder.name for folder in stacks.iterdir()]
    (priced / "manifest.json").write_text(json.dumps({"stacks": {name: {} for name in names}}))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    check(priced, priced)
    edit(stacks, "dev-compute", crowd)
    with pytest.raises(Refused) as error:
        check(priced, priced)
    assert RULE in error.value.message
    assert "groundway cost estimate" in error.value.message
    assert (priced / "refused").is_dir()
