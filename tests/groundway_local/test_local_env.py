"""`groundway local env` gives a shell everything to work in the local cloud, and says what is wrong otherwise."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from local_cloud import GROUNDWAY, ROOT, groundway, up

from groundway_local.home import Home
from groundway_local.terraform import install

DEV = 'name: dev\naccount: "111111111111"\nregion: eu-west-1\n'


@pytest.mark.parametrize("shell", ["bash", "/bin/sh"])
def test_its_lines_work_in_a_shell(shell: str, address: str, shared_home: Path) -> None:
    lines = groundway(shared_home, "env", "dev").stdout
    show = """python -c 'import json, os; print(json.dumps(dict(os.environ)))'"""
    env = {**os.environ, "AWS_PROFILE": "mine", "AWS_SESSION_TOKEN": "real", "AWS_ACCESS_KEY_ID": "AKIAREAL"}
    done = subprocess.run(
        [shell, "-c", f'set -eu; eval "$1"; {show}', "-", lines], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["AWS_ENDPOINT_URL"] == address
    assert (shown["AWS_ACCESS_KEY_ID"], shown["AWS_REGION"]) == ("111111111111", "eu-west-1")
    assert (shown["GROUNDWAY_CLOUD"], shown["GROUNDWAY_ENVIRONMENT"]) == ("local", "dev")
    assert shown["GROUNDWAY_HOME"] == str(shared_home)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & set(shown)
    assert Path(shown["TF_CLI_CONFIG_FILE"]).is_file()
    assert shown["PATH"].split(":")[1] == str(ROOT / "node_modules" / ".bin")
    version = subprocess.run([shown["TERRAFORM_BINARY_NAME"], "version"], env=shown, capture_output=True, text=True)
    assert version.stdout.startswith("Terraform v")
    assert "Warning" not in version.stdout + version.stderr


def test_json_says_the_same(address: str, shared_home: Path) -> None:
    values = json.loads(groundway(shared_home, "env", "prod", "--json").stdout)
    assert values["AWS_ENDPOINT_URL"] == address
    assert values["AWS_ACCESS_KEY_ID"] == "333333333333"
    assert values["AWS_PROFILE"] is None


def test_values_are_quoted(tmp_path: Path, address: str, shared_home: Path) -> None:
    region = "eu $(touch broken) 'west'"
    environment(tmp_path, f'account: "111111111111"\nregion: "{region}"\n')
    lines = groundway(shared_home, "env", "dev", cwd=tmp_path).stdout
    shown = subprocess.run(
        ["/bin/sh", "-c", 'eval "$1"; echo "$AWS_REGION"', "-", lines], capture_output=True, text=True
    )
    assert shown.stdout.strip() == region
    assert not (tmp_path / "broken").exists()


def environment(where: Path, text: str) -> None:
    file = where / "environments" / "dev" / "environment.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("region: eu-west-1\n", "account is missing"),
        ("account: 111111111111\nregion: eu-west-1\n", "put it in quotes"),
        ('account: "1234"\nregion: eu-west-1\n', "twelve digits"),
        ('account: "111111111111"\n', "region is missing"),
        ("account: [\n", "not YAML"),
        ("- account\n", "keys with values"),
    ],
)
def test_a_wrong_environment_is_a_clear_error(
    text: str, message: str, tmp_path: Path, address: str, shared_home: Path
) -> None:
    environment(tmp_path, text)
    done = groundway(shared_home, "env", "dev", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "environments/dev/environment.yaml" in done.stderr
    assert message in done.stderr


def test_an_unknown_environment_names_the_known_ones(address: str, shared_home: Path) -> None:
    done = groundway(shared_home, "env", "live")
    assert done.returncode == 2
    assert "dev, prod, staging" in done.stderr


def test_without_a_cloud_it_says_how_to_start_one(home: Path) -> None:
    done = groundway(home, "env", "dev")
    assert (done.returncode, done.stdout) == (4, "")
    assert "groundway local up" in done.stderr


def test_the_launchers_are_found_again_by_the_next_up(home: Path, tmp_path: Path) -> None:
    """PATH may begin with a launcher of this or of another home: the real Terraform is taken all the same."""
    up(home)
    launcher = home / "local" / "bin" / "terraform"
    first = launcher.read_text()
    up(home, PATH=f"{launcher.parent}:{os.environ['PATH']}")
    assert launcher.read_text() == first
    (home / "local" / "bin").rename(tmp_path / "other")
    up(home, PATH=f"{tmp_path / 'other'}:{os.environ['PATH']}")
    assert launcher.read_text() == first


def test_without_terraform_up_says_what_to_do(home: Path) -> None:
    done = groundway(home, "up", PATH="/nowhere")
    if (GROUNDWAY.parent / "terraform").exists():
        pytest.skip("set-up put Terraform beside this Python")
    assert done.returncode == 4
    assert "make setup" in done.stderr


def test_the_launcher_is_the_same_in_every_home(tmp_path: Path) -> None:
    """Else a stack that was initialized from one home would be refused from another: the lock file has its checksum."""
    homes = [Home(tmp_path / name / ".groundway") for name in ("one", "usr/local/two")]
    launchers = []
    for home in homes:
        install(home)
        [launcher] = home.mirror.glob("groundway.local/dev/aws/*/*/terraform-provider-aws_v*")
        launchers.append(launcher)
    assert launchers[0].read_bytes() == launchers[1].read_bytes()
    for home, launcher in zip(homes, launchers, strict=True):
        script = launcher.read_text().replace("exec ", 'echo "$GROUNDWAY_HOME"; exit; exec ')
        linked = tmp_path / "terraform" / home.root.parent.name
        linked.parent.mkdir(exist_ok=True)
        linked.symlink_to(launcher.parent)  # as `terraform init` does
        (launcher.parent / "probe").write_text(script)
        said = subprocess.run(["sh", str(linked / "probe")], capture_output=True, text=True, check=True).stdout
        assert Path(said.strip()) == home.root
