"""The rules on plans that Terraform itself made, in a local cloud: of a stack as it is, and of a change to it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from groundway import environment
from groundway_ops.cost import plans
from groundway_ops.cost.amounts import Range
from groundway_ops.cost.estimate import of_stacks
from groundway_ops.cost.record import Estimate
from groundway_ops.gate import documents, price
from groundway_ops.gate.documents import Document
from groundway_ops.gate.engine import Library
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict

CHECKOUT = Path(__file__).parents[2]
GROUNDWAY = Path(sys.executable).with_name("groundway")
STACK = "staging-foundation"  # where things are protected

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Planning:
    """The stack's folder, and the variables that point Terraform at the local cloud."""

    folder: Path
    env: dict[str, str]

    def terraform(self, *arguments: str) -> str:
        binary = self.env.get("TERRAFORM_BINARY_NAME", "terraform")
        done = subprocess.run([binary, *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def plan(self) -> Document:
        self.terraform("plan", "-input=false", "-no-color", "-out=plan.tfplan")
        file = self.folder / "plan.json"
        file.write_text(self.terraform("show", "-json", "plan.tfplan"))
        return documents.plan(file, [self.configuration()])

    def configuration(self) -> Document:
        return documents.stack(self.folder / "cdk.tf.json")

    def change(self, type: str, name: str, **arguments: Any) -> None:
        """Give a resource other arguments."""
        file = self.folder / "cdk.tf.json"
        content = json.loads(file.read_text())
        content["resource"][type][name] |= arguments
        file.write_text(json.dumps(content))


@pytest.fixture(scope="module")
def planning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planning]:
    root = tmp_path_factory.mktemp("checkout")
    for name in ("stacks", "infra", "policies", "environments"):
        (root / name).symlink_to(CHECKOUT / name)
    ours = ("AWS_", "GROUNDWAY_", "CDKTF_", "TF_", "TERRAFORM_", "NODE_OPTIONS")
    start = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    start |= {"GROUNDWAY_HOME": str(tmp_path_factory.mktemp("home"))}
    environment = STACK.partition("-")[0]
    try:
        subprocess.run([GROUNDWAY, "local", "up"], cwd=root, env=start, check=True, capture_output=True)
        script = f'eval "$({GROUNDWAY} local env {environment})" && env -0'
        shown = subprocess.run(["bash", "-c", script], cwd=root, env=start, check=True, capture_output=True, text=True)
        env = dict(v.split("=", 1) for v in shown.stdout.split("\0") if v)
        subprocess.run([GROUNDWAY, "bootstrap", environment], cwd=root, env=env, check=True, capture_output=True)
        subprocess.run([sys.executable, "-m", "stacks"], cwd=root, env=env, check=True, capture_output=True)
        made = Planning(root / "cdktf.out" / "stacks" / STACK, env)
        made.terraform("init", "-input=false", "-no-color")
        yield made
    finally:
        subprocess.run([GROUNDWAY, "local", "reset", "--yes"], cwd=root, env=start, capture_output=True)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(CHECKOUT / "policies")


@pytest.fixture(scope="module")
def configured(planning: Planning) -> Document:
    """The stack, before any test changes it."""
    return planning.configuration()


@pytest.fixture(scope="module")
def first(planning: Planning, configured: Document) -> Document:
    """The plan that makes everything, of an empty account."""
    return planning.plan()


def judged(gate: Gate, document: Document) -> Verdict:
    verdict = gate.judge([document, *price.estimates([document], CHECKOUT)])
    assert verdict.failures == ()
    return verdict


def test_a_plan_is_judged_as_its_configuration_is(gate: Gate, planning: Planning, first: Document) -> None:
    configuration = planning.configuration()
    assert first.addresses == configuration.addresses
    assert first.stack == STACK
    for document in (first, configuration):
        verdict = judged(gate, document)
        assert [str(f) for f in verdict.findings] == []
        assert verdict.resources == len(configuration.addresses) >= 80


def test_what_is_wrong_in_a_plan_is_found(gate: Gate, first: Document) -> None:
    """Values that Terraform planned, and those that it knows after the apply only."""
    content = json.loads(json.dumps(first.content))
    for change in content["resource_changes"]:
        if change["type"] == "aws_iam_role":
            change["change"]["after"]["permissions_boundary"] = "arn:aws:iam::aws:policy/AdministratorAccess"
            change["change"]["after_unknown"].pop("permissions_boundary", None)
        if change["type"] == "aws_kms_key":
            change["change"]["after"]["policy"] = "Allow everything"
    verdict = gate.judge([Document(first.stack, first.file, content, plan=True)])
    found = {(f.rule, f.address.partition(".")[0]) for f in verdict.findings}
    assert {("roles_are_bounded", "aws_iam_role"), ("policies_are_readable", "aws_kms_key")} <= found


@pytest.fixture(scope="module")
def applied(planning: Planning, first: Document) -> Planning:
    planning.terraform("apply", "-input=false", "-no-color", "plan.tfplan")
    return planning


def test_the_plan_of_nothing_passes(gate: Gate, applied: Planning) -> None:
    plan = applied.plan()
    assert {tuple(c["change"]["actions"]) for c in plan.content["resource_changes"] if c["mode"] == "managed"} == {
        ("no-op",)
    }
    assert [str(f) for f in judged(gate, plan).findings] == []


@pytest.fixture(scope="module")
def replacing(applied: Planning) -> Document:
    """Terraform's own refusal, prevent_destroy, was taken away with the same change."""
    [name] = applied.configuration().content["resource"]["aws_s3_bucket"]
    renamed = "groundway-staging-222222222222-other"
    applied.change("aws_s3_bucket", name, bucket=renamed, tags={"Name": renamed}, lifecycle={})
    return applied.plan()


def test_a_change_that_replaces_a_bucket_is_refused(gate: Gate, replacing: Document) -> None:
    findings = gate.judge([replacing]).findings
    [lost] = [f for f in findings if f.rule == "plans_keep_what_cannot_be_made_again"]
    assert lost.address.startswith("aws_s3_bucket.audit_evidence")
    assert lost.message.endswith("would be replaced because of bucket")
    guards = {f.address.partition(".")[0] for f in findings if f.rule == "plans_keep_guards"}
    assert {"aws_s3_bucket_policy", "aws_s3_bucket_public_access_block"} <= guards


def test_who_says_so_may(replacing: Document) -> None:
    """The same plan, where GROUNDWAY_UNPROTECT named the environment."""
    findings = Gate(CHECKOUT / "policies", unprotected="staging").judge([replacing]).findings
    assert not [f for f in findings if f.rule.startswith("plans_keep")]


def priced(planning: Planning, plan: Document) -> tuple[Estimate, Estimate]:
    """Before and after the plan."""
    file = planning.folder / "plan.json"
    file.write_text(json.dumps(plan.content))
    assert plans.environment_of([file], None) == "staging"
    return plans.estimates(plans.read([file], "staging"), environment.load("staging", CHECKOUT), root=CHECKOUT)


def resources(estimate: Estimate) -> dict[tuple[str, str], Range]:
    return {(x.address, x.dimension): x.monthly for x in estimate.lines}


def test_a_plan_costs_what_its_stack_does(configured: Document, planning: Planning, first: Document) -> None:
    before, after = priced(planning, first)
    assert (before.lines, before.free) == ((), ())
    staging = environment.load("staging", CHECKOUT)
    stack = of_stacks([configured], staging, root=CHECKOUT)
    own = [line for line in stack.lines if line.stack == STACK]
    assert resources(after) == {(x.address, x.dimension): x.monthly for x in own}
    assert {r.address for r in after.free} == {r.address for r in stack.free if r.stack == STACK}
    assert set(after.planned.values()) == {"created"}


def test_a_plan_of_what_is_deployed_tells_what_it_replaces(planning: Planning, replacing: Document) -> None:
    before, after = priced(planning, replacing)
    assert before.monthly == after.monthly
    assert [a.partition(".")[0] for a, action in after.planned.items() if action == "replaced"]
    assert len(before.lines) == len(after.lines) > 20


def test_what_a_plan_leaves_out_is_left_out_in_blocks_too() -> None:
    """Terraform writes null for it; a rule that counts the listeners of a notification must not stumble over that."""
    lib = CHECKOUT / "policies" / "terraform" / "lib"
    engine = Library({f.name: f.read_text() for f in lib.glob("*.rego") if f.name != "example.rego"}, {}, "true")
    block = {"threshold": 80, "emails": ["a@example.com"], "topics": None, "inner": [{"set": 1, "unset": None}]}
    after = {"name": "b", "arn": None, "notification": [block, {"topics": None}], "zones": ["a", None]}
    [seen] = engine.query("seen := data.lib.terraform.said(input)", after).values()
    assert seen == {
        "name": "b",
        "notification": [{"threshold": 80, "emails": ["a@example.com"], "inner": [{"set": 1}]}, {}],
        "zones": ["a", None],
    }
