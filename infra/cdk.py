"""The one seam to the CDK: cdktf by default, its living fork cdktn with `GROUNDWAY_CDK=cdktn`.

`from infra.cdk import aws, TerraformStack` and then `aws.s3_bucket.S3Bucket(...)`: typed bindings, each loaded when it
is named. As shipped, they load all of AWS, in Python and in Node, for every synth: several times the CPU time.
`python -m infra.cdk --warm`, once after installing, waits for the index that jsii builds in the background.
"""

import importlib
import importlib.util
import os
import sys
import types
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from jsii._type_checking import check_type

from groundway.errors import GroundwayError, InvalidInput, Unavailable
from infra import sources

if __name__ == "__main__":  # python -m infra.cdk --warm
    try:
        from infra.warm import main
    except GroundwayError as e:
        e.show()
        sys.exit(e.exit_code)
    main()

BINDINGS = {"cdktf": "cdktf_cdktf_provider_aws", "cdktn": "cdktn_provider_aws"}
ENGINE = os.environ.get("GROUNDWAY_CDK") or "cdktf"
if ENGINE not in BINDINGS:
    raise InvalidInput(f"GROUNDWAY_CDK is {ENGINE!r}; it must be one of: {', '.join(BINDINGS)}")
PACKAGE = BINDINGS[ENGINE]
PLAIN = (str, int, float, list, tuple, dict)
PRELOAD = Path(__file__).with_name("lazy.cjs")


def _checked(argname: str, value: Any, expected_type: Any) -> None:
    """What the bindings call for every argument: a wrong type is a `TypeError` under every version of typeguard."""
    if value is None and type(None) in get_args(expected_type):
        return  # most arguments are optional and left out
    if isinstance(value, PLAIN):
        expected_type = _without_interfaces(expected_type)
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # that it cannot check interfaces
            check_type(argname=argname, value=value, expected_type=expected_type)
    except TypeError:
        raise
    except Exception as e:
        raise TypeError(f"{argname}: {e}") from None


def _without_interfaces(expected_type: Any) -> Any:
    """Typeguard takes anything for an interface of jsii (a protocol); plain data can never be one."""
    if get_origin(expected_type) is not Union:
        return expected_type
    kept = [t for t in get_args(expected_type) if not getattr(t, "_is_protocol", False)]
    return Union[tuple(kept)] if kept else expected_type  # noqa: UP007  # the members come as a list


def _prepare_node() -> None:
    """Settings of jsii's Node process, which starts with the first binding. NODE_OPTIONS is added to, not replaced."""
    require = f'--require "{PRELOAD.as_posix()}"'
    options = os.environ.get("NODE_OPTIONS", "")
    if require not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {require}".strip()
    # Node 20 works; the banner about its age would bury messages that matter.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    os.environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "1")


def _load(name: str) -> types.ModuleType:
    module = importlib.import_module(name)
    # `publication`, which the bindings use, shows a public face and keeps the module itself behind `_private`.
    getattr(module, "_private", module).check_type = _checked
    return module


def _load_parent() -> types.ModuleType:
    """The provider package without its eager `__init__`, which imports 2,200 modules.

    The package itself stands in `sys.modules`, so ordinary imports of its modules go on working.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise Unavailable(f"{PACKAGE} is not installed; install the requirements of {ENGINE}, or unset GROUNDWAY_CDK")
    package = types.ModuleType(PACKAGE)
    package.__spec__, package.__package__ = spec, PACKAGE
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[PACKAGE] = package
    importlib.import_module(f"{PACKAGE}._jsii")
    return package


class _Bindings:
    """`aws.eks_cluster` is the provider's module of that name."""

    def __getattr__(self, name: str) -> types.ModuleType:
        if name.startswith("_"):
            raise AttributeError(name)
        if PACKAGE not in sys.modules:
            _load_parent()
        try:
            module = _load(f"{PACKAGE}.{name}")
        except ModuleNotFoundError:
            raise AttributeError(f"the AWS provider has no module {name!r}") from None
        setattr(self, name, module)
        return module


_prepare_node()
if importlib.util.find_spec(ENGINE) is None:
    raise Unavailable(f"{ENGINE} is not installed; run `make setup`, or set GROUNDWAY_CDK to the engine that is")
_core = _load(ENGINE)

if TYPE_CHECKING:  # what editors see
    import cdktf_cdktf_provider_aws as aws
    from cdktf import App, Fn, S3Backend, TerraformResourceLifecycle, TerraformStack, Testing, Token
else:
    aws = _Bindings()
    App, Fn, S3Backend, Testing, Token = _core.App, _core.Fn, _core.S3Backend, _core.Testing, _core.Token
    TerraformStack, TerraformResourceLifecycle = _core.TerraformStack, _core.TerraformResourceLifecycle
Construct = importlib.import_module("constructs").Construct
sources.record(Construct)
