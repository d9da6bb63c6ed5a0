"""All that the synthesized stacks can tag, and the tags that it will have: its own, the provider's, a template's.

`faults` judges any list of (what, tags), so that what is found in an account can be held to the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from synthesis import Resource, Synthesized

from groundway.tags import KEYS, CostTags, Teams
from groundway_local.provider.schema import Catalog

# Every argument of the types in use whose name says "tag", and what it has to do with who pays.
ARGUMENTS = {
    "the thing's own": ("tags", "tags_all"),
    "of what it makes": (
        "tag_specifications",
        "tag_specifications.tags",
        "resource_tags",
        "copy_tags_to_snapshot",
        "tag",
    ),
    "of what is not made": ("ecs_target.*", "replica.propagate_tags"),
    "a filter": ("*.filter.*", "lifecycle_rule.tags", "threshold_expression.*", "configuration.unused_access.*"),
    "another kind of tag": ("image_tag_mutability*", "*instance_metadata_tags", "disable_session_tags", "tag_key"),
}
LAUNCHED = ("instance", "volume", "network-interface")  # what a launch template starts, and what is billed


class Tagged(NamedTuple):
    """What will be made, in words, and its tags."""

    what: str
    tags: Mapping[str, str]


def taggable(catalog: Catalog, kind: str) -> bool:
    """Whether AWS keeps tags of a type: then the provider computes `tags_all`, its default tags included."""
    return "tags_all" in catalog.resources[kind]["attributes"]


def tagged(synthesized: Synthesized, catalog: Catalog) -> Iterator[Tagged]:
    """Each thing with tags that the stacks make, and each that those start in turn."""
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for resource in synthesized.resources():
        if taggable(catalog, resource.type):
            yield Tagged(str(resource), {**_defaults(synthesized, resource), **resource.arguments.get("tags", {})})
        match resource.type:
            case "aws_db_instance":
                copied = resource.arguments.get("copy_tags_to_snapshot") is True
                yield Tagged(f"{resource}: snapshots", _defaults(synthesized, resource) if copied else {})
            case "aws_launch_template":
                specifications = resource.arguments.get("tag_specifications", [])
                for kind in LAUNCHED:
                    said = [s["tags"] for s in specifications if s["resource_type"] == kind]
                    yield Tagged(f"{resource}: {kind}", {k: v for tags in said for k, v in tags.items()})
            case "aws_ecr_repository_creation_template":
                yield Tagged(f"{resource}: repositories", resource.arguments.get("resource_tags", {}))
            case "aws_autoscaling_group_tag":
                group = (resource.stack, resource.arguments["autoscaling_group_name"])
                tag = resource.arguments["tag"]
                groups.setdefault(group, {})[tag["key"]] = tag["value"]
            case "aws_eks_node_group":
                groups.setdefault((resource.stack, _group(resource)), {})
    for (stack, group), tags in groups.items():
        yield Tagged(f"{stack}: Auto Scaling group {group}", tags)


def faults(found: Iterator[Tagged], teams: Teams, environments: set[str]) -> list[str]:
    """What lacks a cost tag or has one that is not allowed, in words; empty if all is well."""
    told = []
    for what, tags in found:
        missing = [key for key in KEYS if not tags.get(key)]
        if missing:
            told.append(f"{what}: lacks {', '.join(missing)}")
            continue
        said = CostTags.model_validate({key: tags[key] for key in KEYS})
        if said.environment not in environments:
            told.append(f"{what}: environment {said.environment!r} is none")
        told += [f"{what}: {wrong}" for wrong in teams.wrong(said)]
    return told


def _defaults(synthesized: Synthesized, resource: Resource) -> dict[str, str]:
    """The provider's tags: those of the one that the resource names, else of the one without an alias."""
    providers = synthesized.stacks[resource.stack].get("provider", {}).get("aws", [])
    alias = resource.arguments.get("provider", "aws").partition(".")[2] or None
    of: dict[str, Any] = next(p for p in providers if p.get("alias") == alias)
    return {k: v for block in of.get("default_tags", []) for k, v in block["tags"].items()}


def _group(resource: Resource) -> str:
    return f"${{{resource.type}.{resource.name}.resources[0].autoscaling_groups[0].name}}"
