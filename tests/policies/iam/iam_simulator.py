"""Judging requests as AWS would: one run of simulate.mjs for all of them."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from iam_roles import Document, Estate, Role

FOLDER = Path(__file__).parent
# Services that are in one place for the whole world: their requests are made in us-east-1.
GLOBAL = ("bcm-data-exports", "billing", "budgets", "ce", "cur", "iam", "organizations", "account")
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
        self._policies: dict[str, dict[str, Any]] = {}

    def judge(self, requests: Iterable[Request]) -> list[Judgement]:
        """One judgement a request, in their order."""
        written = [self._written(one) for one in requests]
        if not written:
            return []
        node = shutil.which("node")
        assert node, "node is not on PATH: `make setup`"
        run = subprocess.run(
            [node, "simulate.mjs"],
            input=json.dumps({"policies": _left(self._policies), "requests": written}),
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
        thing, bounds = self._estate.thing(request.resource), self._estate.boundaries
        service = request.action.split(":")[0]
        own = thing.policy if thing else None
        account = (thing.account if thing else "") or _part(request.resource, 4) or (_account(request.principal))
        return {
            "principal": role.arn if role else request.principal,
            "action": request.action,
            "resource": request.resource,
            "account": account,
            "context": {**self._filled_in(request, account), **request.context},
            "identity": self._identity(request.principal, service),
            "boundary": self._bounding(role.boundary_arn, bounds[role.boundary_arn], service) if role else None,
            "resourcePolicy": self._bounding(thing.arn, own, service, "resource") if thing and own else None,
        }

    def _identity(self, principal: Role | str, service: str) -> list[str]:
        """A policy that does not speak of the service neither allows nor denies."""
        ids = {name: self._policy(name, document, service) for name, document in _own(principal)}
        return [id for id in ids.values() if self._policies[id]["document"]["Statement"]]

    def _bounding(self, name: str, document: Document, service: str, kind: str = "identity") -> str:
        """A boundary or a resource's policy, which must be there even if nothing in it speaks of the service."""
        id = self._policy(name, document, service, kind)
        if not self._policies[id]["document"]["Statement"]:
            self._policies[id]["document"] = document
        return id

    def _policy(self, name: str, document: Document, service: str, kind: str = "identity") -> str:
        """The id of a policy, of which only what speaks of the service is kept: some list a thousand actions."""
        id = f"{name} for {service}"
        if id not in self._policies:
            self._policies[id] = {"kind": kind, "name": name, "document": _about(service, document)}
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


def _left(policies: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {id: one for id, one in policies.items() if one["document"]["Statement"]}


def _own(principal: Role | str) -> list[tuple[str, Document]]:
    """The policies of whoever asks. Those of somebody elsewhere are not ours: they allow, so that our side decides."""
    if isinstance(principal, Role):
        return [(f"{principal.arn} {n}", d) for n, d in (*principal.inline.items(), *principal.attached.items())]
    return [("anything", ANYTHING)] if ":role/" in principal else []


def _about(service: str, document: Document) -> Document:
    """The document without actions of other services."""
    kept = []
    for one in document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]:
        if "Action" not in one:
            kept.append(one)
            continue
        listed = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
        if actions := [a for a in listed if fnmatchcase(service, a.split(":")[0].lower())]:
            kept.append({**one, "Action": actions})
    return {**document, "Statement": kept}


def _account(principal: Role | str) -> str:
    return principal.environment.account if isinstance(principal, Role) else _part(principal, 4)


def _home(request: Request) -> str:
    return request.principal.environment.region if isinstance(request.principal, Role) else "us-east-1"


def _part(arn: str, index: int) -> str:
    """A part of an ARN by its place; empty where there is none."""
    return (arn.split(":", 5) + [""] * 6)[index] if arn.startswith("arn:") else ""
