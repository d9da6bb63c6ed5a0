"""Terraform itself, on one stack at a time: plans and applies as JSON, and kills in the middle."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundway.errors import GroundwayError
from groundway_ops.rehearsal import plans
from groundway_ops.rehearsal.checkout import Stack
from groundway_ops.rehearsal.messages import Told, diagnostic, read
from groundway_ops.rehearsal.processes import Processes, kill

PLAN = "rehearsal.tfplan"
EMPTY, FAILED, CHANGES = range(3)  # exit codes of `plan -detailed-exitcode`


@dataclass(frozen=True)
class Plan:
    """`planned` is address -> action; a plan without any may still change outputs, and then is not `empty`."""

    empty: bool
    planned: dict[str, str]


@dataclass(frozen=True)
class Resource:
    """One instance in a state."""

    address: str
    type: str
    attributes: dict[str, Any] = field(repr=False)


@dataclass
class Terraform:
    """Runs Terraform with `env`. Every output is kept in `logs`, a file a stack; `say` hears how far it is.

    What fails raises `GroundwayError` with the stack, the step and what Terraform complained about.
    """

    env: Mapping[str, str]
    processes: Processes
    logs: Path
    say: Callable[[str], None]
    every: int = 20  # resources between two lines of progress

    def init(self, stack: Stack) -> None:
        done = self.processes.run(
            [self._binary, "init", "-input=false", "-no-color", "-reconfigure"], stack.directory, self.env
        )
        if done.code:
            raise GroundwayError(f"{stack.name}: init failed: {_shortened(done.err or done.out)}")

    def validate(self, stack: Stack) -> None:
        done = self.processes.run([self._binary, "validate", "-json"], stack.directory, self.env)
        try:
            found = json.loads(done.out)
        except ValueError:
            raise GroundwayError(f"{stack.name}: validate failed: {_shortened(done.err or done.out)}") from None
        if not found["valid"]:
            wrong = [diagnostic(d) for d in found["diagnostics"] if d["severity"] == "error"]
            raise GroundwayError("\n".join(f"{stack.name}: validate: {w}" for w in wrong))

    def plan(self, stack: Stack) -> Plan:
        code, told = self._follow(stack, "plan", "-detailed-exitcode", f"-out={PLAN}")
        if code not in (EMPTY, CHANGES) or told.errors:
            raise _failure(stack, "plan", told)
        return Plan(code == EMPTY, told.planned)

    def changes(self, stack: Stack) -> dict[str, plans.Change]:
        """The last plan, attribute by attribute."""
        return plans.changes(json.loads(self.shown(stack)))

    def shown(self, stack: Stack) -> str:
        """The last plan as JSON (`terraform show -json`)."""
        done = self.processes.run([self._binary, "show", "-json", PLAN], stack.directory, self.env)
        if done.code:
            raise GroundwayError(f"{stack.name}: show failed: {done.err.strip()}")
        return done.out

    def apply(self, stack: Stack, of: int | None = None) -> Told:
        """Apply the last plan, of that many resources."""
        return self._succeed(stack, "apply", PLAN, of=of)

    def deploy(self, stack: Stack) -> Told:
        """Plan and apply in one run, which takes two thirds of the time of two."""
        return self._succeed(stack, "apply", "-auto-approve")

    def destroy(self, stack: Stack, of: int | None = None) -> Told:
        return self._succeed(stack, "destroy", "-auto-approve", of=of)

    def apply_and_kill(self, stack: Stack, after: int) -> bool:
        """kill -9 Terraform and its providers when `after` resources are complete; whether it was in time."""
        code, _ = self._follow(stack, "apply", PLAN, kill_after=after)
        return code < 0

    def resources(self, stack: Stack) -> list[Resource]:
        """What the state holds."""
        done = self.processes.run([self._binary, "state", "pull"], stack.directory, self.env)
        if done.code:
            raise GroundwayError(f"{stack.name}: state pull failed: {done.err.strip()}")
        return in_state(json.loads(done.out or "{}"))

    @property
    def _binary(self) -> str:
        return self.env.get("TERRAFORM_BINARY_NAME") or "terraform"

    def _succeed(self, stack: Stack, action: str, *arguments: str, of: int | None = None) -> Told:
        code, told = self._follow(stack, action, *arguments, of=of)
        if code or told.errors:
            raise _failure(stack, action, told)
        return told

    def _follow(
        self, stack: Stack, action: str, *arguments: str, of: int | None = None, kill_after: int | None = None
    ) -> tuple[int, Told]:
        """Run it with `-json`, keep every line, take note of every message."""
        told = Told()
        command = [self._binary, action, "-input=false", "-json", *arguments]
        process = self.processes.start(command, stack.directory, self.env, merged=True)
        assert process.stdout
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{stack.name}.jsonl").open("a") as log:
            for message in read(_kept(process.stdout, log.write)):
                before = told.complete
                told.take(message)
                if told.complete > before and told.complete % self.every == 0:
                    total = of or len(told.planned)
                    self.say(f"{stack.name}: {action}: {told.complete}{f' of {total}' if total else ''} resources")
                if kill_after is not None and told.started and told.complete >= kill_after:
                    kill(process)
                    kill_after = None
        code = process.wait()
        self.processes.ended(process)
        return code, told


def in_state(state: dict[str, Any]) -> list[Resource]:
    """The managed instances of a state file (format 4), by address."""
    return [
        Resource(_address(resource, instance), resource["type"], instance["attributes"])
        for resource in state.get("resources", [])
        if resource["mode"] == "managed"
        for instance in resource["instances"]
        if "deposed" not in instance
    ]


def _address(resource: dict[str, Any], instance: dict[str, Any]) -> str:
    module = f"{resource['module']}." if "module" in resource else ""
    key = instance.get("index_key")
    return f"{module}{resource['type']}.{resource['name']}" + ("" if key is None else f"[{json.dumps(key)}]")


def _shortened(said: str, most: int = 300) -> str:
    """Terraform quotes lines of the stack, and a stack may be one line of 100,000 characters."""
    return "\n".join(line if len(line) <= most else f"{line[:most]} ..." for line in said.strip().splitlines())


def _failure(stack: Stack, action: str, told: Told) -> GroundwayError:
    problems = told.errors or ["Terraform failed without saying why"]
    return GroundwayError("\n".join(f"{stack.name}: {action} failed: {p}" for p in problems))


def _kept(lines: Any, keep: Callable[[str], object]) -> Any:
    for line in lines:
        keep(line)
        yield line
