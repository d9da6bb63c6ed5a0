"""Judging requests as AWS would: one run of simulate.mjs for all of them."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iam_roles import Document, Estate, Role

FOLDER = Path(__file__).parent
# Services that are in one place for the whole world: their requests are made in us-east-1.
GLOBAL = ("bcm-data-exports", "billing", "budgets", "ce", "cur", "iam", "organizations", "account")
# A principal of elsewhere whose own policies are not ours: let them allow, so that our side decides.
ANYTHING: Document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Request:
    """`principal` is a role of ours, or the ARN or the service name of somebody else."""

    principal: Role | str
    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Judgement:
    """`allowed` and `denied` name statements (`policy/Sid`) that match; `blocked` the layers that refused."""

    decision: str
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    type: str | None = None
    error: str = ""

    @property
    def why(self) -> str:
        """What decided, in words."""
        if self.decision == "error":
            return f"AWS knows no such request: {self.error}"
        allowed, denied = (", ".join(one.rpartition(" ")[2] for one in some) for some in (self.allowed, self.denied))
        if denied:
            return f"denied by {denied}"
        if self.decision == "allow":
            return f"allowed by {allowed}"
        if allowed:
            lacking = {"pb": "the boundary does not let it through", "resource": "the resource's own policy does not"}
            reasons = [lacking.get(layer, layer) for layer in self.blocked] or ["not all that it takes allow it"]
            return f"allowed by {allowed}, but {', '.join(reasons)}"
        return "no statement allows it"


class Simulator:
    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._policies: dict[str, dict[str, Any]] = {"anything": {"kind": "identity", "document": ANYTHING}}

    def judge(self, requests: Iterable[Request]) -> list[Judgement]:
        """One judgement a request, in their order."""
        written = [self._written(one) for one in requests]
        if not written:
            return []
        node = shutil.which("node")
        assert node, "node is not on PATH: `make setup`"
        run = subprocess.run(
            [node, "simulate.mjs"],
            input=json.dumps({"policies": self._policies, "requests": written}),
            cwd=FOLDER,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr
        return [
            Judgement(**{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()})
            for one in json.loads(run.stdout)
        ]

    def _written(self, request: Request) -> dict[str, Any]:
        role = request.principal if isinstance(request.principal, Role) else None
        thing = self._estate.thing(request.resource)
        account = (thing.account if thing else "") or _part(request.resource, 4) or (_account(request.principal))
        return {
            "principal": role.arn if role else request.principal,
            "action": request.action,
            "resource": request.resource,
            "account": account,
            "context": {**self._filled_in(request, account), **request.context},
            "identity": self._identity(role) if role else _of_others(str(request.principal)),
            "boundary": self._policy(role.boundary_arn, self._estate.boundaries[role.boundary_arn]) if role else None,
            "resourcePolicy": self._policy(thing.arn, thing.policy, "resource") if thing and thing.policy else None,
        }

    def _identity(self, role: Role) -> list[str]:
        return [
            self._policy(name, document, of=role.arn)
            for name, document in (*role.inline.items(), *role.attached.items())
        ]

    def _policy(self, name: str, document: Document, kind: str = "identity", of: str = "") -> str:
        id = f"{of} {name}".strip()
        self._policies[id] = {"kind": kind, "document": document}
        return id

    def _filled_in(self, request: Request, account: str) -> dict[str, Any]:
        """What AWS itself puts into a request."""
        thing = self._estate.thing(request.resource)
        tags = thing.tags if thing and thing.arn == request.resource else {}  # what lies in it has others
        region = _part(request.resource, 3) or _home(request)
        context: dict[str, Any] = {
            "aws:RequestedRegion": "us-east-1" if request.action.split(":")[0] in GLOBAL else region,
            "aws:SecureTransport": "true",
            "aws:ResourceAccount": account,
            **{f"aws:ResourceTag/{key}": value for key, value in tags.items()},
        }
        if isinstance(request.principal, Role):
            context |= {f"aws:PrincipalTag/{key}": value for key, value in request.principal.tags.items()}
        if isinstance(request.principal, Role) or ":role/" in request.principal:
            arn = request.principal.arn if isinstance(request.principal, Role) else request.principal
            context |= {"aws:PrincipalArn": arn, "aws:PrincipalAccount": _part(arn, 4)}
            context |= {"kms:CallerAccount": _part(arn, 4)} if request.action.startswith("kms:") else {}
        return context


def _of_others(principal: str) -> list[str]:
    return ["anything"] if ":role/" in principal else []


def _account(principal: Role | str) -> str:
    return principal.environment.account if isinstance(principal, Role) else _part(principal, 4)


def _home(request: Request) -> str:
    return request.principal.environment.region if isinstance(request.principal, Role) else "us-east-1"


def _part(arn: str, index: int) -> str:
    """A part of an ARN by its place; empty where there is none."""
    return (arn.split(":", 5) + [""] * 6)[index] if arn.startswith("arn:") else ""
