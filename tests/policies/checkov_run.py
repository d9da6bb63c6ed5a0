"""Run Checkov over synthesized stacks and fail closed: it says nothing of what it did not read, and exits with 0."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CHECKOUT = Path(__file__).parents[2]
PROGRAM = CHECKOUT / ".venv-checkov" / "bin" / "checkov"
SEEN = Path(__file__).parent / "checkov_seen"
SEEN_BY = ("GROUNDWAY_SEEN", "GROUNDWAY_CONNECTED")  # the checks in SEEN
REMOTE = re.compile(r"data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)")
Stack = dict[str, Any]


class CheckovError(Exception):
    """Checkov did not look at everything, so what it found says nothing."""


@dataclass(frozen=True)
class Finding:
    """A check that a resource failed. `path` is the construct's, which begins with the stack's name."""

    check: str
    title: str
    guideline: str | None
    stack: str
    address: str
    path: str

    def __str__(self) -> str:
        return f"{self.check} {self.title}\n  {self.path} ({self.address}) {self.guideline or ''}".rstrip()


@dataclass(frozen=True)
class Report:
    """`failed`: every failed check. `resources` and `passed`: how many by stack. Wall and CPU time in seconds."""

    failed: tuple[Finding, ...]
    passed: Mapping[str, int]
    resources: Mapping[str, int]
    seconds: float
    cpu_seconds: float


def checkov(directory: Path) -> Report:
    """What Checkov says about all `*/cdk.tf.json` of a directory, in one process: most of its time is its start.

    Stacks are named `<environment>-<part>`; those of an environment are read together. Raises CheckovError when
    Checkov cannot run, cannot read a stack, fails in a check, or saw other resources than there are.
    """
    stacks = read(directory)
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        write(stacks, place / "stacks")
        results, cpu = run(place)
    failed = [finding(stacks, r) for r in results["failed_checks"]]
    passed = [r for r in results["passed_checks"] if r["check_id"] not in SEEN_BY]
    complete(stacks, results)
    return Report(
        failed=tuple(failed),
        passed=Counter(stack_of(r) for r in passed),
        resources={name: len(list(addresses(stack))) for name, stack in stacks.items()},
        seconds=time.monotonic() - began,
        cpu_seconds=cpu,
    )


def read(directory: Path) -> dict[str, Stack]:
    """Name of a stack to its content."""
    stacks: dict[str, Stack] = {}
    for file in sorted(directory.glob("*/cdk.tf.json")):
        try:
            stacks[file.parent.name] = json.loads(file.read_text())
        except ValueError as error:
            raise CheckovError(f"{file} is not JSON: {error}") from error
        if not list(addresses(stacks[file.parent.name])):
            raise CheckovError(f"{file} has no resources")
    if not stacks:
        raise CheckovError(f"{directory} has no */cdk.tf.json")
    everywhere = Counter((environment(name), where) for name, stack in stacks.items() for where in addresses(stack))
    if twice := [where for where, times in everywhere.items() if times > 1]:
        raise CheckovError(f"two stacks of an environment have the same address: {twice[:5]}")
    return stacks


def addresses(stack: Stack) -> Iterator[str]:
    for kind, named in stack.get("resource", {}).items():
        yield from (f"{kind}.{name}" for name in named)


def write(stacks: Mapping[str, Stack], place: Path) -> None:
    """An environment in a directory, as one module: Checkov follows a reference in a module, not between stacks."""
    for name, stack in stacks.items():
        file = place / environment(name) / f"{name}.tf.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        # A setting of Terraform that is no block, as `required_version`, is a parse error of Checkov.
        settings = {k: v for k, v in stack.get("terraform", {}).items() if isinstance(v, dict)}
        file.write_text(joined(json.dumps({**stack, "terraform": settings}, indent=1), stacks))


def environment(stack: str) -> str:
    return stack.rpartition("-")[0]


def joined(text: str, stacks: Mapping[str, Stack]) -> str:
    """What a stack takes from another one, as a reference to the resource."""

    def source(match: re.Match[str]) -> str:
        stack, output = match.groups()
        value = stacks[stack]["output"][output]["value"] if stack in stacks else ""
        return value[2:-1] if value.startswith("${") else match[0]

    return REMOTE.sub(source, text)


def run(place: Path) -> tuple[dict[str, list[dict[str, Any]]], float]:
    """Its results and CPU seconds. No home and no settings: those of a user could switch checks off."""
    if not PROGRAM.exists():
        raise CheckovError(f"{PROGRAM} is missing: `make setup-tests`")
    options = ["--framework", "terraform_json", "--skip-download", "--compact", "--soft-fail", "-o", "json"]
    command = [PROGRAM, "-d", "stacks", *options, "--external-checks-dir", SEEN]
    variables = {"PATH": os.environ["PATH"], "HOME": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    with (place / "out").open("w+") as out, (place / "err").open("w+") as err:
        process = subprocess.Popen(command, cwd=place, env=variables, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    said, complaint = (place / "out").read_text(), (place / "err").read_text()
    # It logs a check that crashed, and a file that it cannot read, and goes on.
    if process.returncode or "[ERROR]" in complaint:
        raise CheckovError(f"Checkov ended with {process.returncode}:\n{complaint or said}")
    try:
        results: dict[str, list[dict[str, Any]]] = json.loads(said)["results"]
    except (ValueError, LookupError, TypeError) as error:
        raise CheckovError(f"Checkov checked nothing: {said[:500]}") from error
    return results, usage.ru_utime + usage.ru_stime


def complete(stacks: Mapping[str, Stack], results: dict[str, list[dict[str, Any]]]) -> None:
    """Every resource was looked at by both kinds of check, nothing was skipped, and every file was read."""
    for trouble in ("parsing_errors", "skipped_checks"):
        if results[trouble]:
            raise CheckovError(f"Checkov has {trouble}: {results[trouble]}")
    there = {(name, address) for name, stack in stacks.items() for address in addresses(stack)}
    for check in SEEN_BY:
        seen = {(stack_of(r), address(stacks, r)) for r in results["passed_checks"] if r["check_id"] == check}
        seen = {(stack, where) for stack, where in seen if not where.startswith("data.")}
        if seen != there:
            raise CheckovError(f"{check} differs from what was synthesized: {sorted(seen ^ there)[:5]}")
    if not len(results["passed_checks"]) + len(results["failed_checks"]) > len(SEEN_BY) * len(there):
        raise CheckovError("Checkov ran no check of its own")


def finding(stacks: Mapping[str, Stack], record: dict[str, Any]) -> Finding:
    stack, where = stack_of(record), address(stacks, record)
    return Finding(
        check=record["check_id"],
        title=record["check_name"],
        guideline=record["guideline"],
        stack=stack,
        address=where,
        path=path(stacks[stack], where),
    )


def stack_of(record: dict[str, Any]) -> str:
    return Path(record["file_path"]).name.removesuffix(".tf.json")


def address(stacks: Mapping[str, Stack], record: dict[str, Any]) -> str:
    """Of Terraform. Checkov writes `resource.NAME`, or `TYPE.NAME` of a data source too, by the kind of check."""
    block, _, name = record["resource"].partition(".")
    stack = stacks[stack_of(record)]
    if block in ("resource", "data"):
        found = [f"{kind}.{name}" for kind, named in stack.get(block, {}).items() if name in named]
        if len(found) != 1:
            raise CheckovError(f"{record['resource']} in {record['file_path']} is one of {found}: which one?")
        return f"data.{found[0]}" if block == "data" else found[0]
    return f"data.{record['resource']}" if name in stack.get("data", {}).get(block, {}) else str(record["resource"])


def path(stack: Stack, where: str) -> str:
    """The construct's path of an address; of what no construct made, as a provider, the address."""
    block, bare = ("data", where.removeprefix("data.")) if where.startswith("data.") else ("resource", where)
    kind, _, name = bare.partition(".")
    made = stack.get(block, {}).get(kind, {}).get(name, {})
    return str(made.get("//", {}).get("metadata", {}).get("path", where))
