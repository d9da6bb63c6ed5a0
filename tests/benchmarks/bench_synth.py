"""CPU time of a synth of dev: bindings loaded lazily, as infra/cdk.py does, and as they are shipped.

Two runs of each kind, the smaller counts: trust the ratio, not the seconds. `make bench` runs it.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
# The eager package and the eager index: what `import` and `require` load when nobody steps in.
AS_SHIPPED = """
import importlib, os, runpy, sys
from infra import cdk
os.environ["NODE_OPTIONS"] = ""
importlib.import_module(cdk.PACKAGE)
runpy.run_module("stacks", run_name="__main__")
"""
KINDS = {"lazy": ["-m", "stacks"], "as shipped": ["-c", AS_SHIPPED]}


def cpu_seconds(arguments: list[str]) -> float:
    """User and system time of a synth, its Node process included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out:
        env = {**os.environ, "GROUNDWAY_ENVIRONMENT": "dev", "GROUNDWAY_CLOUD": "local", "CDKTF_OUTDIR": out}
        subprocess.run([sys.executable, *arguments], cwd=CHECKOUT, env=env, check=True)
        assert len(list(Path(out).glob("stacks/dev-*/cdk.tf.json"))) == 4
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    best = {kind: min(cpu_seconds(arguments) for _ in range(2)) for kind, arguments in KINDS.items()}
    for kind, seconds in best.items():
        print(f"synth of dev, {kind:<11} {seconds:6.2f} CPU-s")
    print(f"ratio {best['as shipped'] / best['lazy']:.1f}")


if __name__ == "__main__":
    main()
