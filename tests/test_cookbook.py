"""Every recipe of docs/cookbook/, followed to the letter; then what it promised is looked for."""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from recipe import ROOT, Copy, blocks, copy

from groundway import platform as platforms
from groundway.tags import CostTags

COOKBOOK = ROOT / "docs" / "cookbook"
RECIPES = sorted(p for p in COOKBOOK.glob("*.md") if p.name != "README.md")


def synthesized(made: Copy, stack: str) -> dict[str, dict[str, Any]]:
    """Type to the resources of that type, by their paths, in what cdktf synthesized last."""
    content = json.loads((made.root / "cdktf.out/stacks" / stack / "cdk.tf.json").read_text())
    return {
        kind: {r["//"]["metadata"]["path"]: r for r in members.values()}
        for kind, members in content["resource"].items()
    }


def plan(made: Copy, stack: str) -> dict[str, int]:
    """Terraform's plan for a stack as cdktf left it: action to number of resources."""
    folder = f"cdktf.out/stacks/{stack}"
    made.run(f"terraform -chdir={folder} plan -out=recipe.plan")
    shown = json.loads(made.run(f"terraform -chdir={folder} show -json recipe.plan"))
    actions = [a for change in shown.get("resource_changes", []) for a in change["change"]["actions"]]
    return {a: actions.count(a) for a in {*actions} - {"no-op"}}


def aws(made: Copy, service: str, call: str, **arguments: Any) -> Any:
    """What the recipe's local cloud answers, in the account of dev."""
    code = "import sys, json, boto3; s, c, a = sys.argv[1:]; r = getattr(boto3.client(s), c)(**json.loads(a))"
    command = f"python -c '{code}; print(json.dumps(r, default=str))' {service} {call} '{json.dumps(arguments)}'"
    return json.loads(made.run(command))


@pytest.mark.long
def test_gpu_pool(tmp_path: Path) -> None:
    with copy(tmp_path) as made:
        said = made.follow(COOKBOOK / "gpu-pool.md")
        assert "l40s: 1 x l40s, 48 GiB each" in said["groundway env show dev"]
        pool = synthesized(made, "dev-compute")["aws_eks_node_group"]["dev-compute/gpu/l40s/nodes"]
        assert pool["scaling_config"] == {"desired_size": 0, "max_size": 2, "min_size": 0}
        cluster = pool_name = None
        for name in aws(made, "eks", "list_clusters")["clusters"]:
            cluster = name
            [pool_name] = [
                n for n in aws(made, "eks", "list_nodegroups", clusterName=name)["nodegroups"] if "l40s" in n
            ]
        there = aws(made, "eks", "describe_nodegroup", clusterName=cluster, nodegroupName=pool_name)["nodegroup"]
        assert there["labels"] | {"workload": "batch", "groundway.dev/accelerator": "l40s"} == there["labels"]
        assert [t["key"] for t in there["taints"]] == ["nvidia.com/gpu"]
        # taken away, it goes, and nothing else does
        [edit, _] = [b for b in blocks(COOKBOOK / "gpu-pool.md") if b.kind == "diff"]
        made.undo(edit)
        made.run("cdktf synth")
        assert plan(made, "dev-compute").keys() == {"delete"}


@pytest.mark.long
def test_team(tmp_path: Path) -> None:
    page = COOKBOOK / "team.md"
    with copy(tmp_path) as made:
        said = made.follow(page)
        platform = platforms.parse(
            aws(made, "ssm", "get_parameter", Name="/groundway/dev/platform")["Parameter"]["Value"], "test"
        )
        assert "research" in said["groundway env diff dev staging"]
        account = aws(made, "sts", "get_caller_identity")["Account"]
        budgets = aws(made, "budgets", "describe_budgets", AccountId=account)["Budgets"]
        [research] = [b for b in budgets if "user:team$research" in str(b["CostFilters"])]
        assert float(research["BudgetLimit"]["Amount"]) == 100
        assert "user:environment$dev" in str(research["CostFilters"]) or "dev" in research["BudgetName"]
    [code] = [b.text for b in blocks(page) if b.kind == "python"]
    space: dict[str, Any] = {"NAME": "model", "CostTags": CostTags, "Platform": Any}
    exec(code, space)
    tags = space["tags"](platform)
    assert platform.require(tags).team == "research"


@pytest.mark.long
def test_stack(tmp_path: Path) -> None:
    with copy(tmp_path) as made:
        made.follow(COOKBOOK / "stack.md")
        names = [r["repositoryName"] for r in aws(made, "ecr", "describe_repositories")["repositories"]]
        assert names == ["groundway-dev/notebooks"]
        states = aws(made, "s3", "list_objects_v2", Bucket="groundway-state-111111111111")["Contents"]
        assert "dev/notebooks.tfstate" in {s["Key"] for s in states}
        assert plan(made, "dev-notebooks") == {}


@pytest.mark.long
def test_resource_type(tmp_path: Path) -> None:
    page = COOKBOOK / "resource-type.md"
    with copy(tmp_path) as made:
        said = made.follow(page)
        kind = "aws_resourcegroups_group"
        [conformance] = [text for command, text in said.items() if "test_conformance" in command]
        assert " 1 passed" in conformance
        assert " skipped" not in conformance
        assert "emulated" in said[f"groundway local coverage --type {kind}"]
        assert kind in (made.root / "docs/local-cloud-coverage.md").read_text()
        assert kind not in (ROOT / "docs/local-cloud-coverage.md").read_text(), "the recipe needs another type"


@pytest.mark.slow
def test_policy(tmp_path: Path) -> None:
    page = COOKBOOK / "policy.md"
    rule = "alarms_say_what_they_mean"
    with copy(tmp_path) as made:
        said = made.follow(page)
        assert "\npassed: " in f"\n{said['groundway gate']}"
        assert f"{rule} (low): Alarms say what they mean" in said[f"groundway gate --explain {rule}"]
        assert f"[{rule}](../policies/terraform/{rule}.rego)" in (made.root / "docs/policies.md").read_text()
        assert rule not in (ROOT / "docs/policies.md").read_text(), "the recipe needs another rule"
        # broken, it is found, and nothing else is; excepted, it is shown
        file = made.root / "cdktf.out/stacks/dev-observability/cdk.tf.json"
        stack = json.loads(file.read_text())
        next(iter(stack["resource"]["aws_cloudwatch_metric_alarm"].values()))["alarm_description"] = "CPU"
        file.write_text(json.dumps(stack))
        made.run("groundway gate --format json=found.json && exit 9 || test $? = 3")
        found = json.loads((made.root / "found.json").read_text())
        assert [f["rule"] for f in found["findings"]] == [rule]
        [entry] = [b.text for b in blocks(page) if b.kind == "yaml"]
        day = str(datetime.now(UTC).date() + timedelta(days=30))
        (made.root / "policies/exceptions.yaml").write_text(re.sub(r"\d{4}-\d\d-\d\d", day, entry))
        assert f"until {day}, approved by security@example.com" in made.run("groundway gate")


def test_every_recipe_is_tested_and_listed() -> None:
    index = (COOKBOOK / "README.md").read_text()
    for page in RECIPES:
        assert f"test_{page.stem.replace('-', '_')}" in globals()
        assert f"]({page.name})" in index
        assert any(b.commands for b in blocks(page))


@pytest.mark.parametrize("page", [*RECIPES, ROOT / "docs" / "engines.md"], ids=lambda p: p.stem)
def test_a_reader_sees_which_file_a_block_is(page: Path) -> None:
    """The name beside the fence is for the test; people read the line above it."""
    lines = page.read_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith("```") and " " in line:
            above = next(x for x in reversed(lines[:number]) if x)
            assert f"`{line.split()[1]}`" in above, f"{page.name}:{number + 1}: the line above does not name the file"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```diff a.txt\n one\n+two\n```\n", "fits in 0 places"),
        ("```diff a.txt\n x\n+two\n```\n", "fits in 2 places"),
        ("```text a.txt\nnew\n```\n", "a.txt is there already"),
        ("```console\n$ export A=1\n$ test $A = 2\n```\n", "test $A = 2"),
    ],
)
def test_a_recipe_that_does_not_work_is_noticed(text: str, said: str, tmp_path: Path) -> None:
    made = Copy(tmp_path / "root", tmp_path / "home")
    made.root.mkdir()
    (made.root / "a.txt").write_text("x\ny\nx\n")
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(AssertionError, match=said.replace("$", r"\$")):
        made.follow(page)


def test_a_recipe_that_works(tmp_path: Path) -> None:
    made = Copy(tmp_path / "root", tmp_path / "home")
    made.root.mkdir()
    (made.root / "a.txt").write_text("x\ny\nx\n")
    page = tmp_path / "page.md"
    page.write_text(
        "```diff a.txt\n x\n-y\n+z\n x\n```\n```text b/c.txt\nnew\n```\n"
        "```console\n$ export A='1 2'\n```\n```sh\n$ false\n```\n```console\n$ cat a.txt b/c.txt; echo $A\n```\n"
    )
    assert made.follow(page)["cat a.txt b/c.txt; echo $A"] == "x\nz\nx\nnew\n1 2\n"


def test_the_checkout_is_not_touched(tmp_path: Path) -> None:
    before = subprocess.run(["git", "status", "--short", "environments"], cwd=ROOT, capture_output=True, text=True)
    with copy(tmp_path) as made:
        (made.root / "environments/dev/environment.yaml").write_text("name: broken\n")
        with pytest.raises(AssertionError, match="this key is missing"):
            made.run("groundway env check")
    after = subprocess.run(["git", "status", "--short", "environments"], cwd=ROOT, capture_output=True, text=True)
    assert (before.returncode, before.stdout) == (after.returncode, after.stdout)
