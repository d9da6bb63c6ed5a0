"""What Terraform needs to find the provider of the local cloud, and to say who it is: mirror, settings, launcher."""

import json
import os
import platform
import shlex
import shutil
import sys
from pathlib import Path

from groundway_local.errors import Unavailable
from groundway_local.home import Home, write_whole

SOURCE = "groundway.local/dev/aws"
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}

PROVIDER = """#!/bin/sh
# Starts the provider of the local cloud. Written by `groundway local up`. It says nothing of where it lies, but finds
# out: Terraform's lock files hold its checksum, and the same stacks may be planned from several homes.
here=$(cd "$(dirname "$0")" && pwd -P)
case "$here" in */local/mirror/*) GROUNDWAY_HOME="${{here%/local/mirror/*}}" && export GROUNDWAY_HOME ;; esac
exec {python} -m groundway_local.provider "$@"
"""

TERRAFORM = """#!/bin/sh
# Terraform, which says in its requests which process it is, so that a state lock does not outlive it.
# Written by `groundway local up`.
TF_APPEND_USER_AGENT="groundway-pid/$$"
export TF_APPEND_USER_AGENT
exec {terraform} "$@"
"""

SETTINGS = """# Where Terraform finds providers. Written by `groundway local up`.
disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path    = {mirror}
    include = ["groundway.local/*/*"]
  }}
  direct {{
    exclude = ["groundway.local/*/*"]
  }}
}}
"""


def install(home: Home) -> None:
    """Write the provider's launcher into the mirror, Terraform's settings and Terraform's launcher."""
    from groundway_local.provider.schema import aws_version

    version = aws_version()
    folder = home.mirror / SOURCE / version / operating_system()
    provider = PROVIDER.format(python=shlex.quote(sys.executable))
    write_whole(folder / f"terraform-provider-aws_v{version}", provider, 0o755)
    write_whole(home.terraformrc, SETTINGS.format(mirror=json.dumps(str(home.mirror))))
    write_whole(home.terraform, TERRAFORM.format(terraform=shlex.quote(str(real_terraform(home)))), 0o755)


def operating_system() -> str:
    """This machine in Terraform's words: linux_amd64, darwin_arm64."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{MACHINES.get(machine, machine)}"


def real_terraform(home: Home) -> Path:
    """The one that set-up put beside this Python, else the first on PATH that is no launcher of a local cloud."""
    beside = Path(sys.prefix) / "bin" / "terraform"
    path = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for candidate in (beside, *(Path(folder) / "terraform" for folder in path)):
        found = shutil.which(candidate)
        if found and candidate != home.terraform and not is_launcher(candidate):
            return candidate.absolute()
    raise Unavailable("Terraform is neither beside this Python nor on PATH: run `make setup`, which installs it.")


def is_launcher(path: Path) -> bool:
    with open(path, "rb") as file:
        return b"groundway-pid/" in file.read(1024)
