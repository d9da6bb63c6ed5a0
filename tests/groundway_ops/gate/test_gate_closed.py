"""What would make the gate blind makes it refuse, whatever else it found: one way to blind it each."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from gate_stacks import RULES, TODAY, edit, few_policies, write_rules

from groundway.errors import InvalidInput
from groundway_ops.gate import documents
from groundway_ops.gate.command import gate
from groundway_ops.gate.engine import EngineError
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict

Judge = Callable[[], Verdict]
Content = dict[str, Any]


def tags(content: Content) -> Content:
    found: Content = content["provider"]["aws"][0]["default_tags"][0]
    return found


BLIND: dict[str, tuple[Callable[[Content], Any], str]] = {
    "unknown_type": (
        lambda c: c["resource"].update(aws_unheard_of={"x": {}}),
        "dev-ml: no rule judges aws_unheard_of: write one, or say in policies/rules.yaml, under `unjudged`, why",
    ),
    "empty_stack": (lambda c: c.update(resource={}), "dev-ml: it has no resources"),
    "empty_types": (lambda c: c.update(resource={"aws_s3_bucket": {}}), "dev-ml: it has no resources"),
    "renamed_tag_block": (
        lambda c: c["provider"]["aws"][0].update(default_tag=c["provider"]["aws"][0].pop("default_tags")),
        "name the environment None",
    ),
    "renamed_tags": (lambda c: tags(c).update(tag=tags(c).pop("tags")), "name the environment None"),
    "unknown_environment": (lambda c: tags(c)["tags"].update(environment="qa"), "name the environment 'qa'"),
    "environment_is_no_text": (lambda c: tags(c)["tags"].update(environment={"a": 1}), "dev-ml: "),
    "no_provider": (lambda c: c.pop("provider"), "name the environment None"),
}


@pytest.mark.parametrize("name", BLIND)
def test_a_stack_that_hides_something(name: str, judge: Judge, stacks: Path) -> None:
    change, said = BLIND[name]
    assert judge().passed
    edit(stacks, "dev-ml", change)
    verdict = judge()
    assert not verdict.passed
    [failure] = [f for f in verdict.failures if said in f]
    assert "dev-ml" in failure


UNREADABLE = {
    "malformed": ('{"resource": {', "is no JSON"),
    "list": ("[]", "must be a JSON object"),
    "no_resources": ("{}", "no resources"),
    "other_shape": ('{"resource": [{"aws_s3_bucket": {"b": {}}}]}', "no resources, or not as"),
    "other_members": ('{"resource": {"aws_s3_bucket": [{"b": {}}]}}', "no resources, or not as"),
    "bytes": ("\udcff", "is no JSON"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_stack_that_cannot_be_read(name: str, stacks: Path, policies: Path) -> None:
    text, said = UNREADABLE[name]
    file = stacks / "dev-ml" / "cdk.tf.json"
    file.write_bytes(text.encode(errors="surrogateescape"))
    result = CliRunner().invoke(gate, ["--stacks", str(stacks), "--policies", str(policies)])
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert said in result.stderr


def test_no_stacks(policies: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(gate, ["--stacks", str(tmp_path / "empty"), "--policies", str(policies)])
    assert result.exit_code == 2
    assert "synthesize first" in result.stderr
    verdict = Gate(policies, today=TODAY).judge([])
    assert verdict.failures == ("there was nothing to judge",)


def broken_rule(policies: Path, line: str) -> None:
    """A second body of a rule, which holds for every stack."""
    file = policies / "terraform" / "state_is_locked.rego"
    body = f'deny_change contains tf.stack_finding("state_is_locked", x, "no") if {{\n\t{line}\n}}'
    file.write_text(f"{file.read_text()}\n{body}\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x := 1 / count([])", "divide by zero"),
        ('x := to_number("no")', "invalid"),
        ("x := json.unmarshal(input.terraform)", "unmarshal"),
        ("x := {1: a | some a in [1, 2]}", "object keys must be unique"),
    ],
    ids=["division", "number", "type", "conflict"],
)
def test_a_rule_that_errs_at_run_time(line: str, said: str, judge: Judge, policies: Path, stacks: Path) -> None:
    broken_rule(policies, line)
    verdict = judge()
    assert not verdict.passed
    assert len(verdict.failures) == len(list(stacks.iterdir()))
    assert all(": could not be judged: " in f and said in f for f in verdict.failures)


@pytest.mark.parametrize("line", ["x := := 1", "x := nobody_made_this", "x := tf.nobody_made_this(1)"])
def test_a_rule_that_does_not_compile(line: str, policies: Path, stacks: Path) -> None:
    broken_rule(policies, line)
    with pytest.raises(EngineError, match=r"state_is_locked\.rego:\d+"):
        Gate(policies, today=TODAY)
    result = CliRunner().invoke(gate, ["--stacks", str(stacks), "--policies", str(policies)])
    assert result.exit_code not in (0, None)
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    "said",
    [
        '"a text"',
        '{"rule": "state_is_locked"}',
        '{"rule": "of_nobody", "address": "a", "msg": "m"}',
        'tf.finding("of_nobody", {"address": "a"}, 1, "m")',
    ],
)
def test_a_finding_that_nobody_could_place(said: str, judge: Judge, policies: Path) -> None:
    file = policies / "terraform" / "state_is_locked.rego"
    file.write_text(file.read_text() + f"\ndeny_change contains {said} if true\n")
    verdict = judge()
    assert not verdict.passed
    assert all("could not be judged: a finding" in f for f in verdict.failures)


REFUSED: dict[str, tuple[Callable[[Path], Any], str]] = {
    "rule_deleted": (lambda p: (p / "terraform/state_is_locked.rego").unlink(), "state_is_locked"),
    "rule_not_listed": (lambda p: write_rules(p, {**RULES, "change": []}, {}), "does not list state_is_locked"),
    "no_rules": (lambda p: write_rules(p, {}, {}), "lists no rules"),
    "examples_deleted": (lambda p: (p / "terraform/state_is_locked_test.rego").unlink(), "have no examples"),
    "metadata_gone": (
        lambda p: (p / "terraform/state_is_locked.rego").write_text("package main\n"),
        "METADATA",
    ),
    "index_deleted": (lambda p: (p / "rules.yaml").unlink(), "rules.yaml"),
    "index_is_a_list": (lambda p: (p / "rules.yaml").write_text("- a"), "must be a mapping"),
    "allowed_deleted": (lambda p: (p / "allowed.yaml").unlink(), "allowed.yaml"),
    "exceptions_deleted": (lambda p: (p / "exceptions.yaml").unlink(), "exceptions.yaml"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_policies_that_are_not_whole(name: str, policies: Path) -> None:
    change, said = REFUSED[name]
    change(policies)
    with pytest.raises(InvalidInput, match=said):
        Gate(policies, today=TODAY)


def test_a_library_that_sees_less_than_there_is(judge: Judge, policies: Path) -> None:
    file = policies / "terraform" / "lib" / "terraform.rego"
    text = file.read_text()
    assert text.count("\nseen := ") == 1
    less = '[a | some a in all_seen.addresses; not startswith(a, "aws_s3_bucket.")]'
    seen = f'\nseen := object.union(all_seen, {{"addresses": {less}}})\n'
    file.write_text(text.replace("\nseen := ", "\nall_seen := ") + seen)
    verdict = judge()
    assert not verdict.passed
    assert any("resources were not evaluated, aws_s3_bucket." in f for f in verdict.failures)


def test_a_library_that_sees_nothing(judge: Judge, policies: Path) -> None:
    file = policies / "terraform" / "lib" / "terraform.rego"
    file.write_text(file.read_text().replace("seen := ", "unseen := "))
    verdict = judge()
    assert not verdict.passed
    assert all("undefined" in f for f in verdict.failures)


def test_nothing_is_allowed_where_nothing_is_said(judge: Judge, policies: Path) -> None:
    (policies / "allowed.yaml").write_text("allowed: {environments: {}}\n")
    assert any("name the environment 'dev'" in f for f in judge().failures)


def test_blindness_in_one_stack_does_not_hide_findings_in_another(judge: Judge, stacks: Path, policies: Path) -> None:
    edit(stacks, "dev-ml", lambda c: c["resource"].update(aws_unheard_of={"x": {}}))
    edit(stacks, "dev-compute", lambda c: c["terraform"]["backend"]["s3"].update(use_lockfile=False))
    verdict = judge()
    assert [f.stack for f in verdict.findings] == ["dev-compute"]
    assert len(verdict.failures) == 1


def test_every_type_of_a_stack_is_judged_or_said_to_need_none(stacks: Path, tmp_path: Path) -> None:
    policies = few_policies(tmp_path / "none", set())
    verdict = Gate(policies, today=TODAY).judge(documents.stacks(stacks))
    named = {f.split("no rule judges ")[1].split(":")[0] for f in verdict.failures}
    there = {t for f in stacks.glob("*/cdk.tf.json") for t in json.loads(f.read_text())["resource"]}
    judged = {t for r in verdict.rules.values() for t in r.types}
    assert named == there - judged
    assert yaml.safe_load((policies / "rules.yaml").read_text())["unjudged"] == {}
