"""Carries out one operation on the documents, as its table says."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from groundway_local.emulator.recorded.documents import Document, Shelf
from groundway_local.emulator.recorded.table import Asked, Members, Record, Refused, Update
from groundway_local.emulator.recorded.templates import fill, words

PAGING = {"maxresults", "nexttoken", "nextpagetoken", "pagesize", "limit", "marker"}
TAGS = {"tags", "resourcetags", "tagslist", "taglist"}


def carry_out(record: Record, asked: Asked) -> Members:
    """The members of the answer. Raises Refused."""
    if asked.operation == record.create:
        return _create(record, asked)
    if asked.operation in record.listings:
        return _listed(record, asked)
    update = next((u for u in record.updates if u.operation == asked.operation), None)
    key, document = _found(record, asked)
    if update:
        return _update(record, update, asked, document)
    if asked.operation == record.delete:
        del asked.shelf[record.noun][key]
    return _shown(record, document)


def _create(record: Record, asked: Asked) -> Members:
    computing = words(asked.account, asked.region)
    own = {name: value for name, value in asked.members.items() if name.lower() not in TAGS}
    members: Members = {**record.defaults, **own}
    for name, template in record.computed.items():
        members[name] = fill(template, {**computing, **members})
    arn = fill(record.arn, {**computing, **members})
    if arn:
        members[record.arn_member] = arn
    key = fill(record.key, {**computing, **members})
    shelf = asked.shelf.setdefault(record.noun, {})
    if key in shelf:
        raise Refused(record.conflict, f"The {record.noun} {key} exists already.")
    for name in record.unique:
        if any(d.members.get(name) == members.get(name) for d in shelf.values()):
            raise Refused(record.conflict, f"A {record.noun} with the {name} {members.get(name)!r} exists already.")
    if record.check:
        record.check(asked)
    document = Document(deepcopy(members), arn, tags_in(asked.members))
    shelf[key] = document
    return _shown(record, document)


def _found(record: Record, asked: Asked) -> tuple[str, Document]:
    values = {**words(asked.account, asked.region), **asked.members}
    try:
        key = fill(record.key, values)
    except KeyError as missing:
        raise NotImplementedError(f"{asked.operation} without {missing.args[0]}") from None
    document = asked.shelf.get(record.noun, {}).get(key)
    if document is None:
        raise Refused(record.not_found, f"The {record.noun} {key} does not exist.")
    return key, document


def _update(record: Record, update: Update, asked: Asked, document: Document) -> Members:
    if record.check:
        record.check(asked)
    before = Document(deepcopy(document.members), document.arn, document.tags)
    new = dict(asked.members) if update.change is None else update.change(asked.members, deepcopy(document.members))
    kept: Members = document.members
    if update.whole:
        computed = {*record.computed, *record.updated, record.arn_member}
        kept = {**record.defaults, **{n: v for n, v in kept.items() if n in computed}}
    values = {**words(asked.account, asked.region), **kept, **new}
    document.members = merged({**kept, **deepcopy(new)}, fill(record.updated, values))
    document.members = {n: v for n, v in document.members.items() if v is not None}
    document.held = not (record.gone and record.gone.items() <= document.members.items())
    answer = _shown(record, document)
    if record.before:
        answer[record.before] = _shown(record, before).get(record.wraps[0])
    return answer


def merged(old: Members, new: Members) -> Members:
    """The old members with the new ones in them, structures member by member."""
    out = dict(old)
    for name, value in new.items():
        held = out.get(name)
        out[name] = merged(held, value) if isinstance(value, dict) and isinstance(held, dict) else value
    return out


def _listed(record: Record, asked: Asked) -> Members:
    """The documents that the request selects, a page of them."""
    shelf = list(asked.shelf.get(record.noun, {}).values())
    paging = {n.lower(): v for n, v in asked.members.items() if n.lower() in PAGING}
    for name, wanted in asked.members.items():
        if name.lower() in PAGING:
            continue
        member = record.filters.get(name, name)
        if name not in record.filters and shelf and not any(member in d.members for d in shelf):
            raise NotImplementedError(f"{asked.operation} by {name}")
        have = [d.members.get(member) for d in shelf]
        if record.not_found and isinstance(wanted, list) and f"{{{member}}}" == record.key:
            for absent in [w for w in wanted if w not in have]:
                raise Refused(record.not_found, f"The {record.noun} {absent} does not exist.")
        shelf = [d for d, value in zip(shelf, have, strict=True) if _selects(wanted, value)]
    start = int(next((v for n, v in paging.items() if n in ("nexttoken", "nextpagetoken", "marker")), 0))
    size = int(next((v for n, v in paging.items() if n in ("maxresults", "pagesize", "limit")), len(shelf)) or 1)
    page = {record.lists: [_members(record, d) for d in shelf[start : start + size]]}
    following = str(start + size) if start + size < len(shelf) else None
    tokens = ("NextToken", "nextToken", "NextPageToken")  # the serializer takes the one that the model has
    return page if following is None else {**page, **dict.fromkeys(tokens, following)}


def _selects(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, list):
        return value in wanted
    return wanted in value if isinstance(value, list) else bool(wanted == value)


def _shown(record: Record, document: Document) -> Members:
    """The document as an answer: in the members that hold it, and each of its members by name."""
    members = _members(record, document)
    return {**members, **dict.fromkeys(record.wraps, members)}


def _members(record: Record, document: Document) -> Members:
    aliases = {shown: document.members[name] for shown, name in record.aliases.items() if name in document.members}
    return {**document.members, **aliases, **all_tags(document.tags)}


# tags ---------------------------------------------------------------------------------------------------------------
def tags_in(members: Members) -> dict[str, str]:
    """The tags in a request, whatever their shape."""
    found = next((value for name, value in members.items() if name.lower() in TAGS), None) or {}
    if isinstance(found, dict):
        return dict(found)
    return {pair[key]: pair[value] for pair in found for key, value in (_pair(pair),)}


def _pair(pair: Members) -> tuple[str, str]:
    return ("Key", "Value") if "Key" in pair else ("key", "value") if "key" in pair else ("TagKey", "TagValue")


def all_tags(tags: dict[str, str]) -> Members:
    """Tags in every shape: the serializer takes the members that the model has."""
    pairs = [{"Key": k, "Value": v, "key": k, "value": v, "TagKey": k, "TagValue": v} for k, v in tags.items()]
    return {"tags": tags, "Tags": pairs, "ResourceTags": pairs, "TagsList": pairs, "TagList": pairs}


def tagged(shelf: Shelf, arn: str) -> Document | None:
    """The document that an ARN names."""
    return next((d for kind in shelf.values() for d in kind.values() if d.arn == arn), None)
