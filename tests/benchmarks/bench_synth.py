"""Synth of all stacks of all environments: CPU time and peak memory, bindings loaded lazily and as they are shipped.

Lazily is what infra/cdk.py does. Two runs of each kind, the smaller counts: trust the ratio, not the seconds.
`make bench` runs it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

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
EVERY = 0.02  # seconds between two looks at the memory


@dataclass(frozen=True)
class Cost:
    """`cpu` in seconds, `memory` in MB: the most that Python and Node held together."""

    cpu: float
    memory: float


def synth(arguments: list[str]) -> Cost:
    """One synth, its Node process included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out:
        env = {k: v for k, v in os.environ.items() if k != "GROUNDWAY_ENVIRONMENT"}
        env |= {"GROUNDWAY_CLOUD": "local", "CDKTF_OUTDIR": out}
        with subprocess.Popen([sys.executable, *arguments], cwd=CHECKOUT, env=env) as process:
            memory = peak(process)
        assert process.returncode == 0
        environments = {p.parent.name.partition("-")[0] for p in Path(out).glob("stacks/*/cdk.tf.json")}
        assert environments == {p.parent.name for p in CHECKOUT.glob("environments/*/environment.yaml")}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory)


def peak(process: subprocess.Popen[bytes]) -> float:
    """The most memory, in MB, that `process` and its children held at once, until it ended."""
    most = 0
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            most = max(most, sum(p.memory_info().rss for p in (parent, *parent.children(recursive=True))))
        except psutil.NoSuchProcess:  # one of them has just ended
            continue
        time.sleep(EVERY)
    return most / 1e6


def main() -> None:
    best = {}
    for kind, arguments in KINDS.items():
        runs = [synth(arguments) for _ in range(2)]
        best[kind] = Cost(min(r.cpu for r in runs), min(r.memory for r in runs))
        print(f"synth of all environments, {kind:<11} {best[kind].cpu:6.2f} CPU-s {best[kind].memory:6.0f} MB")
    shipped, lazy = best["as shipped"], best["lazy"]
    cpu, memory = shipped.cpu / lazy.cpu, shipped.memory / lazy.memory
    print(f"ratio: {cpu:.1f}x less CPU (target 10), {memory:.1f}x less memory (target 3)")


if __name__ == "__main__":
    main()
