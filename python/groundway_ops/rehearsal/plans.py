"""A plan as `terraform show -json` gives it: which attributes of which resource change, and what is replaced."""

from dataclasses import dataclass
from typing import Any

REPLACE = ({"create", "delete"}, {"create", "forget"})


@dataclass(frozen=True)
class Change:
    """One resource that a plan changes: the attributes whose new value is known to differ from what AWS has now.

    `because` are the attributes that force a replacement.
    """

    address: str
    type: str
    actions: tuple[str, ...]
    attributes: frozenset[str]
    because: tuple[str, ...] = ()

    @property
    def replaces(self) -> bool:
        return set(self.actions) in REPLACE

    @property
    def destroys(self) -> bool:
        return self.actions == ("delete",)

    @property
    def creates(self) -> bool:
        return self.actions == ("create",)


def changes(document: dict[str, Any]) -> dict[str, Change]:
    """Address -> change, for the managed resources that are changed at all."""
    return {
        entry["address"]: _change(entry)
        for entry in document.get("resource_changes", [])
        if entry["mode"] == "managed" and entry["change"]["actions"] not in (["no-op"], ["read"])
    }


def _change(entry: dict[str, Any]) -> Change:
    change = entry["change"]
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    names = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
    names -= {n for n, value in unknown.items() if value is True}
    because = tuple(".".join(map(str, path)) for path in change.get("replace_paths", []))
    return Change(
        address=entry["address"],
        type=entry["type"],
        actions=tuple(change["actions"]),
        attributes=frozenset(names),
        because=because,
    )
