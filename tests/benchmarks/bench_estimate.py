"""What an estimate of 5,000 resources takes: the stacks of production, every resource several times over.

Seconds by the clock, the least of several: in a process that has loaded the price book, and as a command, which starts
Python, reads the environments and prints JSON. The target, two seconds, is the command's; its processor time is told
too, since the clock of a machine that others use tells of them.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_gate import BIN, CHECKOUT, ROUNDS, clocked, least, multiplied, synthesize

ENVIRONMENT = "prod"
RESOURCES = 5_000
TARGET = 2


def write(stacks: Path, place: Path) -> int:
    """The environment's stacks, as often as it takes. Returns how many resources there are."""
    contents = {file.parent.name: json.loads(file.read_text()) for file in stacks.glob(f"{ENVIRONMENT}-*/cdk.tf.json")}
    times = -(-RESOURCES // sum(counted(content) for content in contents.values()))
    for stack, content in contents.items():
        made = contents[stack] = multiplied(content, times)
        (place / stack).mkdir(parents=True)
        (place / stack / "cdk.tf.json").write_text(json.dumps(made))
    return sum(map(counted, contents.values()))


def counted(content: dict) -> int:
    return sum(map(len, content["resource"].values()))


def as_a_command(place: Path) -> None:
    command = [BIN / "groundway", "cost", "estimate", ENVIRONMENT, "--stacks", place, "--json"]
    said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["lines"]


def in_process(place: Path) -> None:
    from groundway.environment import load
    from groundway_ops.cost.estimate import estimate

    estimate(place, load(ENVIRONMENT, CHECKOUT), root=CHECKOUT)


def main() -> None:
    os.chdir(CHECKOUT)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "many"
        count = write(synthesize(Path(folder) / "out"), place)
        first = clocked(lambda: in_process(place))
        warm = least(lambda: in_process(place))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = least(lambda: as_a_command(place))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / ROUNDS
        print(f"{count} resources: {first:.2f} s at first, {warm:.2f} s with the prices loaded")
        verdict = f"at most {TARGET}: {'met' if command <= TARGET else 'MISSED'}"
        print(f"  as a command {command:.2f} s, {processor:.2f} s of a processor ({verdict})")


if __name__ == "__main__":
    sys.exit(main())
