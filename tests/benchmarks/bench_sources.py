"""What it costs a synth of all environments to note where each construct was made: a share of its CPU time.

Two measures: synths with and without, in turn, of which the least counts; and the clock around the noting itself, which
says more, as the difference of two synths is mostly noise. `make bench` runs it.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
ROUNDS = 4
RUN = 'import runpy; runpy.run_module("stacks", run_name="__main__")'
WITHOUT = f"""
import jsii
from infra import cdk, sources
jsii.create = jsii.kernel.create
sources.write = lambda app: None
{RUN}
"""
# Noting is what comes between Node's answer and the return to the constructor.
CLOCKED = f"""
import atexit, time
import jsii
spent, answered, now, ask = [], [], time.perf_counter, jsii.create
def answer(*args):
    reference = ask(*args)
    answered[:] = [now()]
    return reference
jsii.create = answer
from infra import cdk, sources
note, write = jsii.create, sources.write
def noted(*args):
    reference = note(*args)
    spent.append(now() - answered[0])
    return reference
def written(app):
    start = now()
    write(app)
    spent.append(now() - start)
jsii.create, sources.write = noted, written
atexit.register(lambda: print(sum(spent)))
{RUN}
"""


def synth(code: str) -> tuple[float, str]:
    """CPU seconds of one synth, its Node process included, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out:
        env = {k: v for k, v in os.environ.items() if k != "GROUNDWAY_ENVIRONMENT"}
        env |= {"GROUNDWAY_CLOUD": "local", "CDKTF_OUTDIR": out}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, env=env, check=True, stdout=subprocess.PIPE, text=True
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def main() -> None:
    with_, without, shares = [], [], []
    for _ in range(ROUNDS):
        without.append(synth(WITHOUT)[0])
        with_.append(synth(RUN)[0])
        cpu, spent = synth(CLOCKED)
        shares.append(float(spent) / cpu)
    print(f"synth of all environments: {min(with_):.2f} CPU-s, without sources.json {min(without):.2f} CPU-s")
    print(f"ratio: {min(with_) / min(without):.3f} (target 1.03); by the clock around it {1 + min(shares):.4f}")


if __name__ == "__main__":
    main()
