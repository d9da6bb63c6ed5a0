"""Plan, apply, second plan and destroy of prod's stacks, of prod as it is and of three and ten times as many resources.

A copy is every resource of every stack once more in the same stack, in an account of its own, so that also what an
account has only once can be copied. Growth is CPU time a resource (Terraform, providers, emulator) against that of the
smallest size: 1.0 is linear. `make bench` runs it; `python tests/benchmarks/bench_rehearsal.py 1 2` runs other sizes.
"""

import json
import re
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from groundway.environment import load
from groundway_ops.cloud import GROUNDWAY
from groundway_ops.rehearsal.checkout import Checkout, Stack
from groundway_ops.rehearsal.deploy import Stacks
from groundway_ops.rehearsal.local_cloud import LocalCloud
from groundway_ops.rehearsal.order import all_at_once, in_order
from groundway_ops.rehearsal.processes import MARK, Processes
from groundway_ops.rehearsal.terraform import Terraform

CHECKOUT = Path(__file__).parents[2]
ENVIRONMENT = "prod"
SIZES = (1, 3, 10)
REMOTE = "terraform_remote_state"  # read once, whatever the number of copies
OUTPUT = r"cross-stack-output-[\w.-]+"


def multiplied(document: dict[str, Any], account: str, times: int) -> dict[str, Any]:
    """A stack's document with every resource `times` over; the first copy is as it was."""
    own = [f"{t}.{n}" for part in ("resource", "data") for t, ns in document.get(part, {}).items() for n in ns]
    addresses = sorted((a for a in own if not a.startswith(REMOTE)), key=len, reverse=True)
    refers = re.compile(rf"(?:{'|'.join(map(re.escape, addresses))})(?![\w-])|{OUTPUT}")
    parts = ("resource", "data", "output")
    result = {key: value for key, value in document.items() if key not in parts}
    result["provider"] = {"aws": list(document["provider"]["aws"])}
    for part in parts:
        result[part] = json.loads(json.dumps(document.get(part, {})))
    for number in range(1, times):
        other = f"{int(account) + number:012d}"
        text = json.dumps({part: document.get(part, {}) for part in parts})
        copy = json.loads(refers.sub(lambda found, n=number: f"{found[0]}-{n}", text).replace(account, other))
        _add(result, copy, number)
        (provider,) = document["provider"]["aws"]
        mine = {"alias": f"c{number}", "access_key": other, "secret_key": "local", "allowed_account_ids": [other]}
        result["provider"]["aws"].append({**provider, **mine})
    return {key: value for key, value in result.items() if value}  # Terraform takes no part that is empty


def _add(result: dict[str, Any], copy: dict[str, Any], number: int) -> None:
    for part in ("resource", "data"):
        for kind, members in copy[part].items():
            if kind != REMOTE:
                for name, arguments in members.items():
                    result[part][kind][f"{name}-{number}"] = {**arguments, "provider": f"aws.c{number}"}
    result["output"] |= copy["output"]  # their names are numbered already


@dataclass(frozen=True)
class Cost:
    """Of one step: seconds on the wall and of CPU."""

    wall: float
    cpu: float


def measured(directory: Path, work: Callable[[], object]) -> Cost:
    """CPU of what was started and waited for, and of the emulator."""
    wall, cpu = time.monotonic(), _cpu(directory)
    work()
    return Cost(time.monotonic() - wall, _cpu(directory) - cpu)


def _cpu(directory: Path) -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = children.ru_utime + children.ru_stime
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(directory):
                total += sum(process.cpu_times()[:2])
        except (psutil.Error, OSError):
            continue
    return total


def run(times: int, directory: Path) -> tuple[int, dict[str, Cost]]:
    """Number of resources, and the cost of each step."""
    environment = load(ENVIRONMENT, CHECKOUT)
    processes = Processes()
    cloud = LocalCloud(ENVIRONMENT, CHECKOUT, directory, processes, lambda _: None)
    try:
        cloud.fresh()
        for number in range(1, times):
            bootstrap(cloud, processes, environment.account, number)
        out = directory / "stacks"
        found = Checkout(CHECKOUT).synthesize(out, cloud.env, processes, unprotect=ENVIRONMENT)
        for stack in found:
            file = stack.directory / "cdk.tf.json"
            document = multiplied(json.loads(file.read_text()), environment.account, times)
            file.write_text(json.dumps(document))
        stacks = Stacks(found, Terraform(cloud.env, processes, directory / "logs", lambda _: None))
        stacks.prepare(validate=False)
        first = deploy(stacks, directory)
        resources = sum(len(members) for members in stacks.resources().values())
        again = measured(directory, lambda: all_at_once(found, stacks.terraform.plan))
        destroyed = measured(directory, stacks.destroy)
        return resources, {**first, "second plan": again, "destroy": destroyed}
    finally:
        processes.stop()
        cloud.close()


def bootstrap(cloud: LocalCloud, processes: Processes, account: str, number: int) -> None:
    """The account of a copy, bootstrapped as the first one was."""
    root, other = cloud.directory / f"copy-{number}", f"{int(account) + number:012d}"
    for folder in ("environments", "policies"):
        shutil.copytree(CHECKOUT / folder, root / folder)
    file = root / "environments" / ENVIRONMENT / "environment.yaml"
    file.write_text(file.read_text().replace(account, other))
    done = processes.run([GROUNDWAY, "bootstrap", ENVIRONMENT], root, {**cloud.env, "AWS_ACCESS_KEY_ID": other})
    assert done.code == 0, done.err


def deploy(stacks: Stacks, directory: Path) -> dict[str, Cost]:
    """First plans and applies: a plan needs what the stacks before it put out."""
    costs: dict[str, list[Cost]] = {"plan": [], "apply": []}

    def one(stack: Stack) -> None:
        costs["plan"].append(measured(directory, lambda: stacks.terraform.plan(stack)))
        costs["apply"].append(measured(directory, lambda: stacks.terraform.apply(stack)))

    for stack in _ordered(stacks.stacks):
        one(stack)
    return {name: Cost(sum(c.wall for c in found), sum(c.cpu for c in found)) for name, found in costs.items()}


def _ordered(stacks: Sequence[Stack]) -> list[Stack]:
    """One after the other, so that each step's cost is its own."""
    order: list[Stack] = []
    in_order(stacks, order.append)
    return order


def main() -> None:
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    base: tuple[int, dict[str, Cost]] | None = None
    for times in sizes:
        with tempfile.TemporaryDirectory() as directory:
            resources, costs = run(times, Path(directory))
        base = base or (resources, costs)
        for step, cost in costs.items():
            growth = (cost.cpu / resources) / (base[1][step].cpu / base[0])
            print(
                f"{ENVIRONMENT} x {times:<3} {resources:>5} resources  {step:<11} {cost.wall:7.1f} s "
                f"{cost.cpu:7.1f} CPU-s  growth {growth:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
