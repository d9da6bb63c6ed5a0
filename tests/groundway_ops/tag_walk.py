"""Everything that an emulated account holds, with its tags, asked of the services themselves: not of Terraform.

`walk` finds the resources; `unknown` names what `groundway local status` counts and no table of `tag_kinds` speaks of.
Between them nothing is left out: a kind of resource is walked, or has no tags for a reason, or is part of another.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from pydantic import ValidationError
from tag_kinds import LISTED, PARTS, UNTAGGABLE, Listed

from groundway.tags import KEYS, CostTags, Teams

Clients = Callable[[str], Any]


@dataclass(frozen=True)
class Found:
    """One resource. `excused`: why it need not be tagged."""

    service: str
    kind: str
    name: str
    tags: Mapping[str, str]
    excused: str = ""

    def __str__(self) -> str:
        return f"{self.service} {self.kind} {self.name}"


def walk(clients: Clients, account: str, region: str, states: list[dict[str, Any]]) -> Iterator[Found]:
    """Every resource of the kinds in `LISTED`, but for what a new account has by itself."""
    of_ec2 = _ec2_tags(clients("ec2"))
    foreign = set(jmespath.search("Vpcs[?IsDefault].VpcId", clients("ec2").describe_vpcs()))
    for listed in LISTED:
        client = clients(listed.service)
        for place in _places(listed, client, states):
            given = {k: v.format(account=account) for k, v in listed.arguments.items()}
            for name, *more in _pages(client, listed.operation, {**given, **place}, listed.found):
                tags, excused, within = (*more, None, None, None)[:3]
                if within in foreign:
                    foreign.add(name)
                    continue
                if listed.service == "ec2":
                    tags = of_ec2.get(name, {})
                arn = listed.arn.format(name=name, account=account, region=region)
                if listed.tags:
                    tags = _asked(client, listed.tags, arn, {**listed.asked, **place})
                if listed.excused_by:
                    excused = _asked(client, listed.excused_by, arn, {})
                yield Found(listed.service, listed.kind, name, plain(tags), listed.excused if excused else "")


def faults(found: list[Found], teams: Teams | None) -> list[str]:
    """Cost tags that are missing or not allowed, by the resource's name."""
    told = []
    for one in found:
        missing = [key for key in KEYS if key not in one.tags]
        if missing:
            told.append(f"{one}: no {', '.join(missing)}")
            continue
        try:
            given = CostTags.model_validate({key: one.tags[key] for key in KEYS})
        except ValidationError as e:
            told += [f"{one}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in e.errors()]
        else:
            told += [f"{one}: {wrong}" for wrong in (teams.wrong(given) if teams else [])]
    return told


def unknown(held: Mapping[str, Mapping[str, int]], found: list[Found]) -> list[str]:
    """What an account holds (service -> kind -> number) and was neither walked, nor has no tags, nor is a part."""
    walked = Counter((one.service, one.kind) for one in found)
    kinds = {(listed.service, listed.kind) for listed in LISTED}
    left = []
    for service, counts in held.items():
        for kind, number in counts.items():
            if (service, kind) in kinds:
                if walked[service, kind] < number:
                    left.append(f"{service} {kind}: {number} are held, {walked[service, kind]} were found")
            elif (service, kind) not in UNTAGGABLE and kind.partition(".")[2] not in PARTS:
                left.append(f"{service} {kind}: say in tag_kinds.py how it is listed, or why it has no tags")
    return left


def plain(tags: Any) -> dict[str, str]:
    """Tags in any of the forms that services have for them."""
    if isinstance(tags, Mapping):
        return dict(tags)
    pairs = [{k.lower().removeprefix("tag"): v for k, v in tag.items()} for tag in tags or []]
    return {pair["key"]: pair["value"] for pair in pairs}


def _ec2_tags(ec2: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for tag in ec2.get_paginator("describe_tags").paginate().search("Tags[]"):
        found.setdefault(tag["ResourceId"], {})[tag["Key"]] = tag["Value"]
    return found


def _places(listed: Listed, client: Any, states: list[dict[str, Any]]) -> list[dict[str, str]]:
    if listed.under:
        operation, path, parameter = listed.under
        return [{parameter: value} for value in jmespath.search(path, getattr(client, operation)())]
    if listed.state:
        type_, attribute, parameter = listed.state
        resources = [r for state in states for r in state["resources"] if r["type"] == type_]
        return [{parameter: r["instances"][0]["attributes"][attribute]} for r in resources]
    return [{}]


def _pages(client: Any, operation: str, arguments: dict[str, Any], path: str) -> Iterator[list[Any]]:
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from jmespath.search(path, page) or []
    else:
        yield from jmespath.search(path, getattr(client, operation)(**arguments)) or []


def _asked(client: Any, how: tuple[str, str, str], arn: str, more: Mapping[str, Any]) -> Any:
    operation, parameter, path = how
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    value = [arn] if model.input_shape.members[parameter].type_name == "list" else arn
    return jmespath.search(path, getattr(client, operation)(**{parameter: value}, **more))
