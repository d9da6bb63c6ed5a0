"""The environment variables under which Terraform, boto3 and the runtime work in the local cloud."""

import os
import shlex
import sys
from pathlib import Path
from typing import Any

import yaml

from groundway_local.errors import InvalidInput
from groundway_local.home import Home, Record

FIXED = {
    "GROUNDWAY_CLOUD": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",  # checkouts would share one provider, which is another for each
    "CDKTF_SKIP_PROVIDER_LOCK": "true",  # it would ask a registry
    "TF_CLI_ARGS_init": "-reconfigure",  # what an earlier checkout or cloud wrote into cdktf.out does not hold it up
    "CHECKPOINT_DISABLE": "1",
    "NODE_OPTIONS": "--unhandled-rejections=warn",  # else a failing stack kills its siblings in the middle of an apply
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
}
UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN")


def variables(home: Home, record: Record, environment: str) -> dict[str, str | None]:
    """Name -> value; None means that the variable must not be set.

    Account and region are those of `environments/<environment>/environment.yaml`.
    """
    file, data = read_environment(environment)
    account, region = required(file, data, "account"), required(file, data, "region")
    if not (len(account) == 12 and account.isdigit()):
        raise InvalidInput(f'{file}: account is {account!r}; write twelve digits in quotes, as account: "111111111111"')
    return {
        **FIXED,
        "GROUNDWAY_ENVIRONMENT": environment,
        "GROUNDWAY_HOME": str(home.root),
        "AWS_ENDPOINT_URL": record.address,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "TF_CLI_CONFIG_FILE": str(home.terraformrc),
        "TERRAFORM_BINARY_NAME": str(home.terraform),
        "PATH": search_path(),
        **dict.fromkeys(UNSET),
    }


def read_environment(environment: str) -> tuple[Path, dict[str, Any]]:
    """The file of an environment and what it says, unchecked beyond being YAML."""
    folder = Path("environments")
    file = folder / environment / "environment.yaml"
    if not file.is_file():
        known = ", ".join(sorted(f.parent.name for f in folder.glob("*/environment.yaml")))
        where = f"there are {known}" if known else f"there is no {folder.absolute()}: run this in the checkout"
        raise InvalidInput(f"{environment}: no such environment ({file}); {where}.")
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file}: this is not YAML: {error}") from None
    if not isinstance(data, dict):
        raise InvalidInput(f"{file}: keys with values are expected, such as region: eu-west-1")
    return file, data


def required(file: Path, data: dict[str, Any], key: str) -> str:
    """A key that must be there and be text."""
    value = data.get(key)
    if isinstance(value, str) and value:
        return value
    wrong = f"is {value!r}, which is not text: put it in quotes" if value else "is missing"
    raise InvalidInput(f"{file}: {key} {wrong}.")


def search_path() -> str:
    """PATH with this Python's programs and the checkout's Node programs first, each once."""
    first = [str(Path(sys.prefix) / "bin"), str(Path("node_modules/.bin").absolute())]
    rest = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder and folder not in first]
    return os.pathsep.join([*first, *rest])


def as_shell(values: dict[str, str | None]) -> str:
    """Lines for `eval` in any POSIX shell."""
    lines = [
        f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}" for name, value in values.items()
    ]
    return "\n".join(lines)
