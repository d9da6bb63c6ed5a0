"""Two small stacks of staging, really deployed in a local cloud, and gates asked about changes of them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from small_checkout import APP, GROUNDWAY, SmallCheckout, sound

from groundway import environment
from groundway_ops.accounts import Account
from groundway_ops.cloud import within
from groundway_ops.rehearsal.checkout import Checkout
from groundway_ops.rehearsal.deploy import Stacks
from groundway_ops.rehearsal.local_cloud import clean
from groundway_ops.rehearsal.processes import Processes
from groundway_ops.rehearsal.terraform import Terraform

sys.path.insert(0, str(Path(__file__).parents[2] / "gate"))
from gate_stacks import few_policies

# As the stacks of the project: a stack may read another's outputs, and the policies are looked at while synthesizing.
READING = """"//": {"metadata": {"stackName": name}},
        **{kind: resources.pop(kind) for kind in ("data", "output") if kind in resources},
        "resource": resources,"""
GATED = "\nfrom groundway_ops.gate.check import check\ncheck(out, here)\n"


def reading(name: str, root: Path) -> dict[str, Any]:
    """Sound stacks, of which the second needs an output of the first."""
    resources, of = sound(), environment.load(name, root)
    resources["first"]["output"] = {"topic": {"value": "${aws_sns_topic.t.arn}"}}
    where = {"bucket": of.state_bucket, "key": f"{name}/first.tfstate", "region": of.region}
    resources["second"]["data"] = {"terraform_remote_state": {"first": {"backend": "s3", "config": where}}}
    value = "${data.terraform_remote_state.first.outputs.topic}"
    resources["second"]["aws_ssm_parameter"]["p"]["value"] = value
    return resources


class SmallCloud:
    """A local cloud of its own in `folder`, and a small checkout whose stacks are deployed in staging."""

    def __init__(self, folder: Path) -> None:
        self.folder, root = folder, folder / "checkout"
        root.mkdir()
        self.checkout = SmallCheckout(root, folder / "home")
        main = root / "stacks" / "__main__.py"
        main.write_text(APP.replace('"resource": resources,', READING) + GATED)
        self.outside = {**clean(os.environ), "GROUNDWAY_HOME": str(self.checkout.home)}

    def groundway(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            [GROUNDWAY, *arguments], cwd=self.root, env=env or self.outside, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def root(self) -> Path:
        return self.checkout.root

    def account(self, name: str) -> Account:
        shown = self.groundway("local", "env", name, "--json")
        return Account(environment.load(name, self.root), within(self.outside, shown))

    def write(self, resources: dict[str, Any]) -> None:
        """What the stacks are from now on."""
        (self.root / "stacks" / "resources.json").write_text(json.dumps(resources))

    def apply(self, name: str) -> None:
        """Deploy the stacks as they are."""
        processes, env = Processes(), dict(self.account(name).variables)
        synthesized = Checkout(self.root).synthesize(self.folder / "out" / name, env, processes)
        stacks = Stacks(synthesized, Terraform(env, processes, self.folder / "logs", lambda _: None))
        stacks.prepare(validate=False)
        stacks.apply()


@contextmanager
def small_cloud(folder: Path) -> Iterator[SmallCloud]:
    """With the stacks of `small_checkout.sound` deployed in staging, under three policies."""
    cloud = SmallCloud(folder)
    cloud.groundway("local", "up")
    try:
        for name in ("dev", "staging"):
            cloud.groundway("bootstrap", name, env=dict(cloud.account(name).variables))
        shutil.rmtree(cloud.root / "policies")
        few_policies(cloud.root / "policies", {t for members in sound().values() for t in members})
        cloud.write(sound())
        cloud.apply("staging")
        yield cloud
    finally:
        cloud.groundway("local", "down")
