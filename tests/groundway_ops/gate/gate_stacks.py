"""Real stacks to break, and policies of which there are few enough to know all that they find."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

TODAY = date(2026, 11, 23)
CHECKOUT = Path(__file__).parents[3]
RULES = {
    "change": ["state_is_locked"],  # critical
    "compute": ["instances_use_imdsv2"],  # high
    "storage": ["buckets_keep_versions"],  # medium
}
IDS = sorted(i for ids in RULES.values() for i in ids)


def few_policies(folder: Path, types: set[str]) -> Path:
    """The policies of the checkout, with three of their rules; `types` need no others."""
    source = CHECKOUT / "policies"
    (folder / "terraform").mkdir(parents=True)
    shutil.copytree(source / "terraform" / "lib", folder / "terraform" / "lib")
    for name in IDS:
        for file in (f"{name}.rego", f"{name}_test.rego"):
            shutil.copy(source / "terraform" / file, folder / "terraform")
    shutil.copy(source / "allowed.yaml", folder)
    judged = {"aws_launch_template", "aws_ec2_instance_metadata_defaults", "aws_s3_bucket", "aws_s3_bucket_versioning"}
    write_rules(folder, RULES, dict.fromkeys(sorted(types - judged), "not of interest here"))
    (folder / "exceptions.yaml").write_text("[]\n")
    return folder


def write_rules(folder: Path, rules: dict[str, list[str]], unjudged: dict[str, str]) -> None:
    (folder / "rules.yaml").write_text(yaml.safe_dump({"rules": rules, "unjudged": unjudged}))


def types_in(stacks: Path) -> set[str]:
    return {t for f in stacks.glob("*/cdk.tf.json") for t in json.loads(f.read_text())["resource"]}


def edit(stacks: Path, stack: str, change: Callable[[dict[str, Any]], None]) -> None:
    file = stacks / stack / "cdk.tf.json"
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def except_(policies: Path, *entries: dict[str, Any]) -> None:
    (policies / "exceptions.yaml").write_text(json.dumps(entries))


def suspend(content: dict[str, Any]) -> None:
    """Break buckets_keep_versions, once."""
    first(content, "aws_s3_bucket_versioning")["versioning_configuration"]["status"] = "Suspended"


def loosen(content: dict[str, Any]) -> None:
    """Break instances_use_imdsv2, once."""
    first(content, "aws_launch_template")["metadata_options"]["http_tokens"] = "optional"


def unlock(content: dict[str, Any]) -> None:
    """Break state_is_locked."""
    content["terraform"]["backend"]["s3"]["use_lockfile"] = False


def first(content: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(content["resource"][kind].values()))
    return found
