"""`python -m infra.cdk --warm`: once after installing, so that the first synth is as quick as the tenth.

jsii indexes the provider's 130 MB of type descriptions in the background, and forgets the work when the program ends
before it is done, as a synth does: every run stays slow until one has waited. Python's byte code is written as well.
"""

import os
import pkgutil
import py_compile
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

import click

import infra
from groundway.errors import Unavailable
from infra import cdk

INDEX = ".jsii.runtime.v1.json"
PATIENCE = 300  # seconds


@click.command(epilog="Example: python -m infra.cdk --warm")
@click.option(
    "--warm", is_flag=True, required=True, expose_value=False, help="Wait until jsii's index of the provider is there."
)
def main() -> None:
    """Make the first synth as quick as the tenth. Does nothing when that is done already."""
    if os.environ.get("JSII_RUNTIME_PACKAGE_CACHE", "enabled").lower() != "enabled":
        click.echo("jsii's package cache is switched off (JSII_RUNTIME_PACKAGE_CACHE): nothing to warm")
        return
    if index():
        click.echo(f"{cdk.ENGINE}: jsii is warm")
    else:
        _wait()
    _compile()


def index() -> Path | None:
    """jsii's index of the installed provider, if it has been built."""
    release = version(cdk.PACKAGE.replace("_", "-"))
    for root in _cache_roots():
        for found in root.glob(f"@{cdk.ENGINE}/provider-aws/{release}/*/{INDEX}"):
            return found
    return None


def _cache_roots() -> Iterator[Path]:
    """Where jsii may keep its cache: the rules of its own `defaultCacheRoot`."""
    if named := os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        yield Path(named)
        return
    yield Path.home() / ".cache" / "aws" / "jsii" / "package-cache"
    yield Path.home() / "Library" / "Caches" / "com.amazonaws.jsii" / "package-cache"
    yield Path(tempfile.gettempdir()) / f"aws-jsii-package-cache-{os.getuid()}"


def _wait() -> None:
    click.echo(f"{cdk.ENGINE}: jsii indexes the AWS provider, once (10 to 30 s)")
    try:
        _ = cdk.aws.provider  # starts it
    except RuntimeError as e:
        raise Unavailable(
            f"jsii could not load the AWS provider: {e}\nIf its cache cannot be written, name a directory that can: "
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT=<directory>"
        ) from None
    started = shown = time.monotonic()
    while not index():
        now = time.monotonic()
        if now - started > PATIENCE:
            roots = ", ".join(str(r) for r in _cache_roots())
            raise Unavailable(f"jsii has built no index in {PATIENCE} s; looked in {roots}")
        if now - shown >= 5:
            click.echo(f"  {now - started:.0f} s")
            shown = now
        time.sleep(0.1)
    click.echo(f"{cdk.ENGINE}: jsii is warm after {time.monotonic() - started:.0f} s")


def _compile() -> None:
    """Write the byte code of what a synth imports; installers often leave that to the first run."""
    for part in pkgutil.iter_modules(infra.__path__):
        source = Path(infra.__path__[0], f"{part.name}.py").read_text(encoding="utf-8")
        for binding in re.findall(r"\baws\.(\w+)", source):
            getattr(cdk.aws, binding, None)
    for loaded in list(sys.modules.values()):
        source = str(getattr(loaded, "__file__", None) or "")
        if "site-packages" in source and source.endswith(".py") and not Path(cache_from_source(source)).exists():
            try:
                py_compile.compile(source, quiet=2)
            except OSError:  # somebody else's installation: it works without, a little slower
                return
