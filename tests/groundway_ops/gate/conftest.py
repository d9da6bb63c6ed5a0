"""`stacks`: those of dev as the app writes them, to be broken; `policies`: three rules, which these stacks keep."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from gate_stacks import CHECKOUT, TODAY, edit, except_, few_policies, loosen, suspend, types_in, unlock

from groundway import environment
from groundway_ops.gate import documents
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict
from infra import sources
from infra.cdk import App
from stacks.app import add
from stacks.cloud import Cloud


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = App(outdir=str(tmp_path_factory.mktemp("dev")))
    add(app, environment.load("dev", CHECKOUT), Cloud.LOCAL)
    app.synth()
    sources.write(app)
    return Path(app.outdir) / "stacks"


@pytest.fixture(scope="session")
def kept(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few_policies(tmp_path_factory.mktemp("policies"), types_in(sound))


@pytest.fixture
def stacks(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "stacks"))


@pytest.fixture
def policies(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "policies"))


@pytest.fixture
def judge(stacks: Path, policies: Path) -> Callable[[], Verdict]:
    return lambda: Gate(policies, today=TODAY).judge(documents.stacks(stacks))


@pytest.fixture
def waiver() -> dict[str, str]:
    """An exception as it should be, for what `suspend` breaks."""
    return {
        "rule": "buckets_keep_versions",
        "stack": "dev-ml",
        "address": "aws_s3_bucket.*",
        "reason": "Copies of public data, fetched again every night.",
        "approver": "security@example.com",
        "expires": "2026-12-24",
    }


@pytest.fixture
def refused(stacks: Path, policies: Path, judge: Callable[[], Verdict], waiver: dict[str, str]) -> Verdict:
    """Something of each kind: two findings, one excepted, one type that nothing judges."""
    edit(stacks, "dev-ml", suspend)
    edit(stacks, "dev-ml", lambda c: c["resource"].update(aws_unheard_of={"x": {}}))
    edit(stacks, "dev-compute", loosen)
    edit(stacks, "dev-compute", unlock)
    except_(policies, waiver)
    verdict = judge()
    assert (len(verdict.findings), len(verdict.excepted), len(verdict.failures)) == (2, 1, 1)
    return verdict
