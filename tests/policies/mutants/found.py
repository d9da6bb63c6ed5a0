"""Mutants that no rule asked for: what the arguments of the resources themselves suggest to get wrong."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from mutants.mutant import Content, Mutant, one_of, with_resource
from mutants.path import Change, change, removing, setting

from groundway_ops.gate.documents import Document

Place = tuple[str, ...]
Operator = Callable[[str, Place, Any], "tuple[str, Change] | None"]  # type, place, value -> what, how

SAFEGUARD = re.compile(
    r"encrypt|protect|rotation|validation|scan_on|enforce|private|multi_|iam_database|log_|restrict|block_|"
    r"ignore_public|point_in_time|ssl"
)
DANGER = re.compile(r"^(\w+_)?public(ly|_ip|_access$)|force_destroy|skip_final|creator_admin|allow_")
PLAIN_ACCOUNT, REGION = re.compile(r"(?<!\d)\d{12}(?!\d)"), "eu-west-1"
OURS = re.compile(r"aws:(Source(Account|Arn)|PrincipalOrgID)")
FOREIGN_ACCOUNT, FOREIGN_REGION = "999999999999", "ap-south-2"


def _encryption_lost(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    if (
        isinstance(value, str)
        and "aws_kms_key" in value
        and value.startswith("${")
        and re.search("k(ms|ey)", place[-1])
    ):
        return "key taken away", removing
    return None


def _opened(type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    if "ingress" in type and place[-1] == "cidr_ipv4":
        return "opened to the world", setting("0.0.0.0/0")
    return None


def _account_swapped(_type: str, _place: Place, value: Any) -> tuple[str, Change] | None:
    if isinstance(value, str) and PLAIN_ACCOUNT.search(value) and "arn:" in value and not value.startswith("${"):
        return "account swapped", setting(PLAIN_ACCOUNT.sub(FOREIGN_ACCOUNT, value))
    return None


def _region_swapped(_type: str, _place: Place, value: Any) -> tuple[str, Change] | None:
    if isinstance(value, str) and "arn:aws" in value and f":{REGION}:" in value:
        return "region swapped", setting(value.replace(f":{REGION}:", f":{FOREIGN_REGION}:"))
    return None


def _safeguard_turned_off(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    off = value is True and SAFEGUARD.search(place[-1]) and not DANGER.search(place[-1])
    return ("turned off", setting(False)) if off else None


def _danger_turned_on(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    return ("turned on", setting(True)) if value is False and DANGER.search(place[-1]) else None


def _retention_cut(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    days = isinstance(value, int) and re.search(r"retention|deletion_window", place[-1])
    return ("cut to a day", setting(1)) if days and value > 1 else None


def _ceiling_raised(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    if place[-1] == "max_size":
        return "raised a hundredfold", setting(int(value) * 100)
    return None


def _tag_dropped(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    if place[-1] == "tags" and isinstance(value, dict) and "cost-center" in value:
        return "cost-center dropped", setting({k: v for k, v in value.items() if k != "cost-center"})
    return None


def _protection_dropped(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
    if place[-1] == "prevent_destroy" and value is True:
        return "dropped", removing
    return None


def _principal_widened(_type: str, _place: Place, value: Any) -> tuple[str, Change] | None:
    """Where no condition names us: one on aws:SourceAccount lets nobody else in, whoever is named beside it."""
    allows = isinstance(value, dict) and value.get("Effect") == "Allow"
    if (
        allows
        and value.get("Principal", "*") not in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        and not OURS.search(json.dumps(value.get("Condition", {})))
    ):
        return "Principal widened to everybody", lambda old: {**old, "Principal": "*"}
    return None


def _statement_widened(key: str, wide: Any) -> Operator:
    def widened(_type: str, place: Place, value: Any) -> tuple[str, Change] | None:
        if (
            isinstance(value, dict)
            and value.get("Effect") == "Allow"
            and value.get(key) not in (None, "*", ["*"], wide)
        ):
            return f"{key} widened to everything", lambda old: {**old, key: wide}
        return None

    return widened


def _confusion_allowed(_type: str, _place: Place, value: Any) -> tuple[str, Change] | None:
    """A service that is trusted whoever asks it to."""
    if isinstance(value, dict) and value.get("Effect") == "Allow" and "aws:SourceAccount" in json.dumps(value):
        return "Condition dropped", lambda old: {k: v for k, v in old.items() if k != "Condition"}
    return None


def _denial_dropped(_type: str, _place: Place, value: Any) -> tuple[str, Change] | None:
    if isinstance(value, dict) and value.get("Effect") == "Deny" and "Resource" in value:
        return "denial turned into leave", lambda old: {**old, "Effect": "Allow"}
    return None


# What looks wrong and is not, or is refused elsewhere: resource type, end of the place, what was done.
HARMLESS = {
    ("aws_kms_alias", "target_key_id", "key taken away"): "an alias of no key is none: Terraform itself refuses it",
    ("aws_db_instance", "performance_insights_retention_period", "cut to a day"): "samples of load, nothing to keep",
    ("aws_iam_role_policy", "4", "denial turned into leave"): "writing releases; tests/policies/iam holds who may",
}
RECORDS = {("aws_ssm_parameter", "value"): "what the platform tells of itself; tests/stacks/test_platform_record.py"}

OPERATORS: tuple[Operator, ...] = (
    _encryption_lost,
    _opened,
    _account_swapped,
    _region_swapped,
    _safeguard_turned_off,
    _danger_turned_on,
    _retention_cut,
    _ceiling_raised,
    _tag_dropped,
    _protection_dropped,
    _statement_widened("Action", "*"),
    _statement_widened("Resource", "*"),
    _principal_widened,
    _confusion_allowed,
    _denial_dropped,
)


def found(documents: list[Document]) -> Iterator[Mutant]:
    """For each environment, resource type, argument and operator one mutant."""
    suggested: dict[tuple[str, ...], dict[str, Mutant]] = {}
    for document in documents:
        for type, members in document.content["resource"].items():
            for name, values in members.items():
                for place, value in places(values):
                    for number, operator in enumerate(OPERATORS):
                        if (suggestion := operator(type, place, value)) and not _harmless(type, place, suggestion[0]):
                            kind = (document.stack.partition("-")[0], type, _kind(place), str(number))
                            mutant = _mutant(document, type, name, place, *suggestion)
                            suggested.setdefault(kind, {})[mutant.what] = mutant
    for kind, mutants in suggested.items():
        yield mutants[one_of(sorted(mutants), "".join(kind))]


def _harmless(type: str, place: Place, what: str) -> bool:
    return (type, place[-1], what) in HARMLESS or (type, place[0]) in RECORDS


def _kind(place: Place) -> str:
    return ".".join("*" if step.isdigit() else step for step in place)


def _mutant(document: Document, type: str, name: str, place: Place, what: str, alter: Change) -> Mutant:
    path = ".".join(place)

    def mutate(content: Content) -> Content:
        return with_resource(content, type, name, change(content["resource"][type][name], path, alter))

    return Mutant(document.stack, f"{type}.{name} {path}: {what}", "", mutate)


def places(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every place of a resource's arguments that a path can name, within policies too, with its value."""
    if at:
        yield at, value
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "//" and "." not in name:
                yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*at, str(number)))
