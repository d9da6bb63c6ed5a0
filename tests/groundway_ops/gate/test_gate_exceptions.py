"""An exception is dated, reasoned and answered for, or it is refused; and it is gone when it is not needed."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from gate_plan import plan
from gate_stacks import CHECKOUT, TODAY, edit, except_, loosen, suspend, unlock

from groundway.errors import InvalidInput
from groundway_ops.gate import documents
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict

Judge = Callable[[], Verdict]
Waiver = dict[str, str]


def test_what_is_excepted_does_not_refuse_and_is_shown(
    judge: Judge, stacks: Path, policies: Path, waiver: Waiver
) -> None:
    edit(stacks, "dev-ml", suspend)
    [found] = judge().findings
    except_(policies, waiver)
    verdict = judge()
    assert verdict.passed
    assert [(f, w.approver, w.expires) for f, w in verdict.excepted] == [
        (found, "security@example.com", date(2026, 12, 24))
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "instances_use_imdsv2"},
        {"stack": "dev-foundation"},
        {"stack": "dev-m"},
        {"address": "aws_s3_bucket_versioning.*"},
        {"address": "aws_s3_bucket.nothing_is_called_so"},
        {"address": "aws_s3_bucket..*"},  # a dot is a dot
    ],
    ids=str,
)
def test_what_it_does_not_name_is_found_all_the_same(
    change: Waiver, judge: Judge, stacks: Path, policies: Path, waiver: Waiver
) -> None:
    edit(stacks, "dev-ml", suspend)
    except_(policies, waiver | change)
    verdict = judge()
    assert len(verdict.findings) == 1
    assert verdict.excepted == ()
    [failure] = verdict.failures
    assert "entry 1" in failure
    assert "excepts nothing that was found: remove it" in failure


@pytest.mark.parametrize("stack", ["dev-ml", "dev-*", "*-ml", "*"])
def test_a_star_stands_for_anything(stack: str, judge: Judge, stacks: Path, policies: Path, waiver: Waiver) -> None:
    edit(stacks, "dev-ml", suspend)
    except_(policies, waiver | {"stack": stack})
    assert judge().passed


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"rule": "buckets_keep_version"}, "rule", "did you mean buckets_keep_versions?"),
        ({"rule": "nothing"}, "rule", "policies/rules.yaml has all"),
        ({"reason": "Because"}, "reason", "is no sentence"),
        ({"reason": " "}, "reason", "is no sentence"),
        ({"approver": " "}, "approver", "is empty: name who answers for it"),
        ({"approver": None}, "approver", "None: input should be a valid string"),
        ({"expires": "2027-02-22"}, "expires", "write 2027-02-21 or earlier"),
        ({"expires": "9999-12-31"}, "expires", "over 90 days ahead"),
        ({"expires": "soon"}, "expires", "'soon': input should be a valid date"),
        ({"expires": 20261224}, "expires", "20261224: input should be a valid date"),
        ({"stack": "elsewhere-ml"}, "stack", "begins with no environment of policies/allowed.yaml"),
        ({"address": "*"}, "address", "must name a resource as Terraform does"),
        ({"address": "*.scratch"}, "address", "must name a resource as Terraform does"),
        ({"forever": "yes"}, "forever", "'yes': extra inputs are not permitted"),
        (
            {"rule": "state_is_locked", "address": "stack", "stack": "prod-ml"},
            "rule",
            "critical, and prod is protected",
        ),
        ({"rule": "state_is_locked", "address": "stack", "stack": "staging-*"}, "rule", "and staging is protected"),
        ({"rule": "state_is_locked", "address": "stack", "stack": "*-ml"}, "rule", "and prod, staging is protected"),
    ],
    ids=str,
)
def test_what_is_not_right_is_refused_by_name(
    change: dict[str, object], key: str, said: str, policies: Path, waiver: Waiver
) -> None:
    entries = [waiver, waiver | change]
    (policies / "exceptions.yaml").write_text(yaml.safe_dump(entries, sort_keys=False))
    with pytest.raises(InvalidInput) as error:
        Gate(policies, today=TODAY)
    [line] = error.value.message.splitlines()
    assert said in line
    [at] = [
        n for n, text in enumerate((policies / "exceptions.yaml").read_text().splitlines(), 1) if n > 6 and key in text
    ]
    assert line.startswith(f"{policies / 'exceptions.yaml'}:{at}: entry 2: {key}: {change[key]!r}: ")


def test_all_that_is_wrong_is_said_at_once(policies: Path, waiver: Waiver) -> None:
    del waiver["approver"]
    except_(policies, waiver, waiver | {"approver": "a", "reason": "no", "expires": "2030-01-01"})
    with pytest.raises(InvalidInput) as error:
        Gate(policies, today=TODAY)
    assert [line.split(": ")[2] for line in error.value.message.splitlines()] == ["approver", "reason", "expires"]


@pytest.mark.parametrize("text", ["rule: x", "- 3", "- [", "- rule: a\n  rule: b", "- expires: 2026-12-24"])
def test_a_file_that_is_no_list_of_exceptions_is_refused(text: str, policies: Path) -> None:
    (policies / "exceptions.yaml").write_text(text)
    with pytest.raises(InvalidInput, match=r"exceptions\.yaml"):
        Gate(policies, today=TODAY)


def test_no_file_is_refused_and_an_empty_one_is_not(policies: Path, judge: Judge) -> None:
    (policies / "exceptions.yaml").write_text("# none\n")
    assert judge().passed
    (policies / "exceptions.yaml").unlink()
    with pytest.raises(InvalidInput, match="does not exist"):
        judge()


def test_critical_where_nothing_is_protected(judge: Judge, stacks: Path, policies: Path, waiver: Waiver) -> None:
    edit(stacks, "dev-ml", unlock)
    except_(policies, waiver | {"rule": "state_is_locked", "address": "stack"})
    assert judge().passed


def test_a_stack_of_prod_under_the_name_of_dev_gets_no_critical_exception(
    judge: Judge, stacks: Path, policies: Path, waiver: Waiver
) -> None:
    edit(stacks, "dev-ml", unlock)
    edit(stacks, "dev-ml", lambda c: c["provider"]["aws"][0]["default_tags"][0]["tags"].update(environment="prod"))
    except_(policies, waiver | {"rule": "state_is_locked", "address": "stack"})
    verdict = judge()
    assert [f.rule for f in verdict.findings] == ["state_is_locked"]


@pytest.mark.parametrize(("day", "passes"), [(date(2026, 12, 24), True), (date(2026, 12, 25), False)])
def test_past_its_date_it_excepts_nothing_and_is_a_failure(
    day: date, passes: bool, stacks: Path, policies: Path, waiver: Waiver
) -> None:
    edit(stacks, "dev-ml", suspend)
    except_(policies, waiver)
    verdict = Gate(policies, today=day).judge(documents.stacks(stacks))
    assert verdict.passed is passes
    if not passes:
        assert [f.rule for f in verdict.findings] == ["buckets_keep_versions"]
        [failure] = verdict.failures
        assert "expired on 2026-12-24" in failure
        assert "security@example.com" in failure


def test_one_that_was_not_needed_where_not_all_was_judged_is_kept(judge: Judge, policies: Path, waiver: Waiver) -> None:
    """dev alone is judged here, so nothing is known of prod."""
    except_(policies, waiver | {"stack": "prod-ml"}, waiver | {"stack": "*-ml"})
    assert judge().passed
    except_(policies, waiver)
    assert not judge().passed


def test_one_expired_says_so_wherever_the_gate_looks(judge: Judge, policies: Path, waiver: Waiver) -> None:
    except_(policies, waiver | {"stack": "prod-ml", "expires": "2026-11-22"})
    [failure] = judge().failures
    assert "prod-ml: aws_s3_bucket.*" in failure


def test_the_second_for_the_same_is_not_needed(judge: Judge, stacks: Path, policies: Path, waiver: Waiver) -> None:
    edit(stacks, "dev-compute", loosen)
    one = waiver | {"rule": "instances_use_imdsv2", "stack": "dev-compute", "address": "aws_launch_template.*"}
    except_(policies, one, one | {"stack": "dev-*"})
    [failure] = judge().failures
    assert "entry 2" in failure


def test_a_stack_that_does_not_say_its_environment_gets_no_critical_exception(
    judge: Judge, stacks: Path, policies: Path, waiver: Waiver
) -> None:
    edit(stacks, "dev-ml", unlock)
    edit(stacks, "dev-ml", lambda c: c.pop("provider"))
    except_(policies, waiver | {"rule": "state_is_locked", "address": "stack"})
    assert [f.rule for f in judge().findings] == ["state_is_locked"]


def test_an_environment_that_does_not_say_whether_it_is_protected_is(policies: Path, waiver: Waiver) -> None:
    allowed = yaml.safe_load((policies / "allowed.yaml").read_text())
    del allowed["allowed"]["environments"]["dev"]["protected"]
    (policies / "allowed.yaml").write_text(yaml.safe_dump(allowed))
    except_(policies, waiver | {"rule": "state_is_locked", "address": "stack"})
    with pytest.raises(InvalidInput, match="critical, and dev is protected"):
        Gate(policies, today=TODAY)


@pytest.mark.parametrize(("plans", "needless"), [([], False), (["dev-ml"], True), (["dev-compute"], False)])
def test_an_exception_for_plans_is_needless_only_when_the_plan_was_judged(
    plans: list[str], needless: bool, stacks: Path, policies: Path, waiver: Waiver, tmp_path: Path
) -> None:
    name = "buckets_keep_versions"
    file = policies / "terraform" / f"{name}.rego"
    file.write_text(
        re.sub(r"types: \[.*\]", "types: [aws_s3_bucket, aws_s3_bucket_versioning, plan]", file.read_text())
    )
    except_(policies, waiver)
    configurations = documents.stacks(stacks)
    planned = [documents.plan(plan(stacks / s, tmp_path / f"{s}.json"), configurations) for s in plans]
    verdict = Gate(policies, today=TODAY).judge([*configurations, *planned])
    assert any("excepts nothing" in f for f in verdict.failures) is needless
    assert verdict.findings == ()


def test_a_plan_alone_says_nothing_of_what_its_stack_needs(
    stacks: Path, policies: Path, waiver: Waiver, tmp_path: Path
) -> None:
    except_(policies, waiver)
    planned = documents.plan(plan(stacks / "dev-ml", tmp_path / "plan.json"), documents.stacks(stacks))
    assert Gate(policies, today=TODAY).judge([planned]).passed


def test_the_checkout_has_none_that_is_not_right() -> None:
    Gate(CHECKOUT / "policies")
