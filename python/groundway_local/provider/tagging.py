"""How each service tags, and how default tags, own tags and the tags that AWS reports fit together."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.spec import Op, Tagging
from groundway_local.provider.values import UNKNOWN, State

_SYSTEM = "aws:"  # AWS's own tags, which nobody may set


def by_arn(listing: str, member: str, path: str, tag: str = "tag_resource", untag: str = "untag_resource") -> Tagging:
    """Tagging through calls that take the ARN in `member` and list the tags under `path`."""
    arguments = {member: "{arn}"}
    keys = "tagKeys" if member[0].islower() else "TagKeys"
    return Tagging(Op(listing, arguments, path), Op(tag, arguments), Op(untag, arguments), keys)


def by_name(kind: str, member: str) -> Tagging:
    """IAM: tag_role(RoleName=...), with the tags in the read answer."""
    arguments = {member: "{id}"}
    return Tagging(None, Op(f"tag_{kind}", arguments), Op(f"untag_{kind}", arguments), "TagKeys")


EC2 = Tagging(
    None,
    Op("create_tags", {"Resources": ["{id}"]}),
    Op("delete_tags", {"Resources": ["{id}"]}),
    "Tags",
)


def planned_tags(tags: Any, default_tags: dict[str, str]) -> Any:
    """`tags_all`: the default tags, overlaid by the resource's own."""
    if tags is UNKNOWN:
        return UNKNOWN
    return {**default_tags, **{k: v for k, v in (tags or {}).items() if v is not None}}


def observed_tags(prior: State, actual: dict[str, str], default_tags: dict[str, str]) -> tuple[Any, dict[str, str]]:
    """(`tags`, `tags_all`) for what AWS reports. A tag is the resource's own unless it is a default's, unchanged."""
    everything = {k: v for k, v in actual.items() if not k.startswith(_SYSTEM)}
    recorded = prior.get("tags")
    said = recorded if isinstance(recorded, dict) else {}
    own = {k: v for k, v in everything.items() if k in said or default_tags.get(k) != v}
    return (own or (None if recorded is None or recorded is UNKNOWN else recorded if not recorded else {})), everything
