"""The gate against Checkov on the same stacks: those of all environments, and with 5,000 resources and more.

The larger stacks hold every resource several times over, each copy referring to its own. Seconds by the clock, in one
run (`make bench`), the least of several for the gate: in the app, which loads the policies anew and is started as
cdktf.json says, and as a command.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from groundway_ops.gate import documents, price
from groundway_ops.gate.gate import Gate

CHECKOUT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TIMES = (1, 5)
ROUNDS = 5


def synthesize(out: Path) -> Path:
    env = {**os.environ, "CDKTF_OUTDIR": str(out)}
    subprocess.run([sys.executable, "-m", "stacks"], cwd=CHECKOUT, env=env, check=True, capture_output=True)
    return out / "stacks"


def multiplied(content: dict[str, Any], times: int) -> dict[str, Any]:
    """A stack with every resource `times` over; the first copy is as it was."""
    names = sorted({n for members in content["resource"].values() for n in members}, key=len, reverse=True)
    own = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})(?![\w-])")
    text = json.dumps(content["resource"])
    copies = [content["resource"]]
    copies += [json.loads(own.sub(lambda found, n=n: f"{found[0]}-{n}", text)) for n in range(1, times)]
    resources = {kind: {n: v for copy in copies for n, v in copy[kind].items()} for kind in content["resource"]}
    return {**content, "resource": resources}


def write(stacks: Path, place: Path, times: int) -> int:
    """How many resources there are."""
    count = 0
    for file in sorted(stacks.glob("*/cdk.tf.json")):
        content = multiplied(json.loads(file.read_text()), times)
        count += sum(map(len, content["resource"].values()))
        target = place / file.parent.name
        target.mkdir(parents=True)
        (target / file.name).write_text(json.dumps(content))
    return count


def least(run: Callable[[], None], rounds: int = ROUNDS) -> float:
    return min(clocked(run) for _ in range(rounds))


def clocked(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def in_the_app(place: Path) -> float:
    """Measured in a process that was started as cdktf starts the app: OPA's memory is tuned there."""
    app = json.loads((CHECKOUT / "cdktf.json").read_text())["app"].split()
    command = [*app[: app.index(".venv/bin/python")], sys.executable, __file__, str(place)]
    return float(subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout)


def judge(place: Path) -> None:
    found = documents.stacks(place)
    verdict = Gate(CHECKOUT / "policies").judge([*found, *price.estimates(found, CHECKOUT)])
    assert not verdict.failures, verdict.failures[:3]


def as_a_command(place: Path) -> None:
    command = [BIN / "groundway", "gate", "--stacks", place, "--json"]
    said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True).stdout
    assert json.loads(said)["failures"] == []


def checkov(place: Path) -> None:
    program = CHECKOUT / ".venv-checkov" / "bin" / "checkov"
    options = [
        "-d",
        place,
        "--framework",
        "terraform_json",
        "--skip-download",
        "--compact",
        "--soft-fail",
        "-o",
        "json",
    ]
    said = subprocess.run([program, *options], cwd=place, capture_output=True, text=True).stdout
    assert json.loads(said)["summary"]["passed"] > 0


def main() -> None:
    rules = len(Gate(CHECKOUT / "policies").bundle.rules)
    with tempfile.TemporaryDirectory() as folder:
        stacks = synthesize(Path(folder) / "out")
        for times in TIMES:
            place = Path(folder) / f"x{times}"
            count = write(stacks, place, times)
            other = clocked(lambda: checkov(place))  # noqa: B023
            app, command = in_the_app(place), least(lambda: as_a_command(place))  # noqa: B023
            print(f"{count} resources, {rules} rules:")
            print(f"  in the app     {app:6.2f} s, Checkov {other:.1f} s: {other / app:.0f} times as fast")
            print(f"  as a command   {command:6.2f} s, Checkov {other:.1f} s: {other / command:.0f} times as fast")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(least(lambda: judge(Path(sys.argv[1]))))
    else:
        main()
