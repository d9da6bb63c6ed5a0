"""The app as the command line runs it: which environments, which cloud, and what is refused before Terraform starts."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

CHECKOUT = Path(__file__).parents[2]
ACCOUNT = "123456789012"  # whose credentials the emulator takes all for


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("environments", "policies"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def app(root: Path, **settings: str) -> tuple[int, str, set[str]]:
    """Exit code, what it said, and the stacks it wrote."""
    ours = ("AWS_", "GROUNDWAY_", "CDKTF_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    environment |= {**nothing, "AWS_EC2_METADATA_DISABLED": "true", "PYTHONPATH": str(CHECKOUT), **settings}
    run = subprocess.run([sys.executable, "-m", "stacks"], cwd=root, env=environment, capture_output=True, text=True)
    assert "Traceback" not in run.stderr
    stacks = root / "cdktf.out" / "stacks"
    return run.returncode, run.stderr, {p.name for p in stacks.iterdir()} if stacks.exists() else set()


def stacks_of(*environments: str) -> set[str]:
    return {f"{e}-{p}" for e in environments for p in ("foundation", "compute", "ml", "observability")}


def test_all_environments_by_default(root: Path) -> None:
    code, said, stacks = app(root)
    assert (code, stacks) == (0, stacks_of("dev", "staging", "prod"))
    assert re.fullmatch(r"gate: \d{4} resources, \d+ rules, passed in [\d.]+ s\n", said)


def test_one_environment_if_one_is_named(root: Path) -> None:
    code, _, stacks = app(root, GROUNDWAY_ENVIRONMENT="staging")
    assert (code, stacks) == (0, stacks_of("staging"))


def test_nothing_that_the_policies_refuse_is_left_to_deploy(root: Path) -> None:
    """`cdktf deploy --skip-synth` deploys what it finds."""
    assert app(root, GROUNDWAY_ENVIRONMENT="dev")[0] == 0
    file = root / "environments/dev/environment.yaml"
    file.write_text(file.read_text().replace("111111111111", "444444444444"))
    code, said, stacks = app(root, GROUNDWAY_ENVIRONMENT="dev")
    assert (code, stacks) == (3, set())
    assert "accounts_are_ours" in said
    assert not (root / "cdktf.out/manifest.json").exists()
    assert (root / "cdktf.out/refused/dev-foundation/cdk.tf.json").exists()
    file.write_text(file.read_text().replace("444444444444", "111111111111"))
    assert app(root, GROUNDWAY_ENVIRONMENT="dev")[::2] == (0, stacks_of("dev"))


def test_an_unknown_environment(root: Path) -> None:
    code, said, stacks = app(root, GROUNDWAY_ENVIRONMENT="stagging")
    assert (code, stacks) == (2, set())
    assert "did you mean staging?" in said


def test_a_mistake_in_any_environment_stops_all(root: Path) -> None:
    file = root / "environments/prod/environment.yaml"
    file.write_text(file.read_text().replace("nat: per_zone", "nat: per-zone"))
    code, said, stacks = app(root, GROUNDWAY_ENVIRONMENT="dev")
    assert (code, stacks) == (2, set())
    assert "prod/environment.yaml:" in said
    assert "did you mean 'per_zone'?" in said


def test_an_unknown_cloud(root: Path) -> None:
    code, said, stacks = app(root, GROUNDWAY_CLOUD="asw")
    assert (code, stacks) == (2, set())
    assert "GROUNDWAY_CLOUD is 'asw'; did you mean 'aws'?" in said


def test_aws_without_credentials(root: Path) -> None:
    code, said, stacks = app(root, GROUNDWAY_CLOUD="aws", GROUNDWAY_ENVIRONMENT="dev")
    assert (code, stacks) == (4, set())
    assert "no AWS credentials" in said
    assert "AWS_PROFILE" in said


def credentials(endpoint: str) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}


def test_aws_with_another_accounts_credentials(root: Path, endpoint: str) -> None:
    code, said, stacks = app(root, GROUNDWAY_CLOUD="aws", **credentials(endpoint))
    assert (code, stacks) == (3, set())
    assert f"credentials are for account {ACCOUNT}" in said
    assert "dev is 111111111111" in said


def test_aws_with_the_right_credentials_sees_that_accounts_environments(root: Path, endpoint: str) -> None:
    for name in ("environments/staging/environment.yaml", "policies/allowed.yaml"):
        text = (root / name).read_text().replace("222222222222", ACCOUNT)
        (root / name).write_text(text)
    code, said, stacks = app(root, GROUNDWAY_CLOUD="aws", **credentials(endpoint))
    assert (code, stacks) == (0, stacks_of("staging")), said
