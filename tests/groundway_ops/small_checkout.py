"""A checkout with two small stacks, a git history and the real environments: rehearsed in seconds.

The stacks are what `stacks/resources.json` says; `APP` is what `python -m stacks` runs there.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from groundway.release.blueprint import FILES

CHECKOUT = Path(__file__).parents[2]
GROUNDWAY = Path(sys.executable).with_name("groundway")
APP = '''
"""Write the stacks of the environment that is wanted, as cdktf does: manifest.json and a cdk.tf.json each."""
import json, os, pathlib
from groundway import environment

here, out = pathlib.Path(__file__).parents[1], pathlib.Path(os.environ["CDKTF_OUTDIR"])
env = environment.load(os.environ["GROUNDWAY_ENVIRONMENT"], here)
protected = env.protection and os.environ.get("GROUNDWAY_UNPROTECT") != env.name
manifest = {}
for part, resources in json.loads(pathlib.Path(__file__).with_name("resources.json").read_text()).items():
    name = f"{env.name}-{part}"
    if protected:
        for resource in resources.get("aws_dynamodb_table", {}).values():
            resource.setdefault("lifecycle", {})["prevent_destroy"] = True
    backend = {
        "bucket": env.state_bucket, "key": f"{env.name}/{part}.tfstate", "region": env.region, "use_lockfile": True,
    }
    document = {
        "terraform": {
            "backend": {"s3": backend}, "required_providers": {"aws": {"source": "groundway.local/dev/aws"}},
        },
        "provider": {"aws": [{"region": env.region, "default_tags": [{"tags": env.cost_tags.aws()}]}]},
        "resource": resources,
    }
    folder = out / "stacks" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.tf.json").write_text(json.dumps(document))
    before = [f"{env.name}-first"] if part != "first" else []
    manifest[name] = {"name": name, "workingDirectory": f"stacks/{name}", "dependencies": before}
(out / "manifest.json").write_text(json.dumps({"stacks": manifest}))
'''


def table(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "hash_key": "id",
        "billing_mode": "PAY_PER_REQUEST",
        "attribute": [{"name": "id", "type": "S"}],
    }


def sound() -> dict[str, Any]:
    """Stack -> type -> name -> arguments, of stacks without a fault."""
    groups = {f"g{i}": {"name": f"/small/{i}", "retention_in_days": 7} for i in range(3)}
    bucket = {"bucket": "small-bucket-of-tests", "force_destroy": True}
    versioned = {"bucket": "${aws_s3_bucket.b.bucket}", "versioning_configuration": [{"status": "Enabled"}]}
    return {
        "first": {
            "aws_cloudwatch_log_group": groups,
            "aws_sns_topic": {"t": {"name": "small"}},
            "aws_dynamodb_table": {"d": table("small-first")},
        },
        "second": {
            "aws_s3_bucket": {"b": bucket},
            "aws_s3_bucket_versioning": {"v": versioned},
            "aws_dynamodb_table": {"d": table("small")},
            "aws_ssm_parameter": {"p": {"name": "/small/p", "type": "String", "value": "1"}},
        },
    }


class SmallCheckout:
    """The checkout at `root`, whose run-time state is in `home`."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        for folder in ("environments", "policies"):  # what the bootstrap reads
            shutil.copytree(CHECKOUT / folder, root / folder)
        (root / "stacks").mkdir()
        (root / "stacks" / "__init__.py").write_text("")
        (root / "stacks" / "__main__.py").write_text(APP)
        for name in FILES:  # a blueprint has them
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text("{}")
        self.git("init", "-q", "-b", "main")

    def commit(self, resources: dict[str, Any]) -> None:
        (self.root / "stacks" / "resources.json").write_text(json.dumps(resources))
        self.git("add", "-A")
        self.git("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qm", "stacks")

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout.strip()

    def env(self) -> dict[str, str]:
        """Credentials of some cloud, an endpoint elsewhere and a proxy: nothing of it may be used."""
        return {
            **os.environ,
            "GROUNDWAY_HOME": str(self.home),
            "AWS_ACCESS_KEY_ID": "AKIAREALLYREAL",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_PROFILE": "production",
            "AWS_ENDPOINT_URL_S3": "https://s3.example.invalid",
            "HTTP_PROXY": "http://proxy.example.invalid:3128",
            "https_proxy": "http://proxy.example.invalid:3128",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`groundway rehearse`, its output merged."""
        return subprocess.Popen(
            [GROUNDWAY, "rehearse", *arguments],
            cwd=self.root,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def rehearse(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [GROUNDWAY, "rehearse", *arguments], cwd=self.root, env=self.env(), capture_output=True, text=True
        )

    def record(self, environment: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "rehearsals" / f"{environment}.json").read_text())
        return found
