"""Every taggable thing of the stacks, and all that those start, carries the seven cost tags with allowed values."""

import json
from collections.abc import Iterator
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import Any

import pytest
from synthesis import CHECKOUT, Synthesized
from tagged import ARGUMENTS, LAUNCHED, Tagged, faults, taggable, tagged

from groundway.environment import Environment, teams
from groundway.tags import KEYS, Teams
from groundway_local.provider import schema
from groundway_local.provider.resources import registry
from groundway_local.provider.schema import Catalog
from groundway_local.provider.values import Block


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The schemas of the provider bindings, for the types that stacks use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        return schema.load(list(registry()), [])


@pytest.fixture(scope="module")
def known() -> Teams:
    found = teams(CHECKOUT)
    assert found is not None
    return found


def test_everything_is_tagged_with_what_is_allowed(
    for_aws: Synthesized, catalog: Catalog, known: Teams, environments: dict[str, Environment]
) -> None:
    found = list(tagged(for_aws, catalog))
    assert len(found) > 500
    for environment in environments:
        assert sum(one.what.startswith(environment) for one in found) > 100
    assert faults(iter(found), known, set(environments)) == []


def test_a_thing_is_of_the_environment_that_its_stack_is_of(for_aws: Synthesized, catalog: Catalog) -> None:
    for what, tags in tagged(for_aws, catalog):
        assert tags["environment"] == what.partition("-")[0], what


def test_what_is_started_is_among_them(
    for_aws: Synthesized, catalog: Catalog, environments: dict[str, Environment]
) -> None:
    found = {one.what for one in tagged(for_aws, catalog)}
    for name, environment in environments.items():
        managed = [n for n, p in {**environment.cpu_pools, **environment.gpu_pools}.items() if _scaler(p) == "managed"]
        of = {one for one in found if one.startswith(f"{name}-")}
        for kind in LAUNCHED:
            assert sum(one.endswith(f": {kind}") for one in of) >= len(managed)
        assert sum("Auto Scaling group" in one for one in of) == len(managed)
        assert any(one.endswith(": snapshots") for one in of)
        assert any(one.endswith(": repositories") for one in of)


def _scaler(pool: Any) -> str:
    return getattr(pool, "scaler", "managed")


def test_karpenter_can_start_nothing_without_them(for_aws: Synthesized, environments: dict[str, Environment]) -> None:
    for name, environment in environments.items():
        assert environment.cluster.karpenter
        policies = [r for r in for_aws.resources(name) if "karpenter" in str(r) and "policy" in r.arguments]
        starts = [
            statement
            for policy in policies
            for statement in json.loads(policy.arguments["policy"])["Statement"]
            if {"ec2:CreateFleet", "ec2:RunInstances"} & set(_list(statement["Action"]))
            and any(f":{kind}/*" in arn for arn in _list(statement["Resource"]) for kind in LAUNCHED)
        ]
        assert starts, name
        for statement in starts:
            asked = {key for operator in statement["Condition"].values() for key in operator}
            assert {f"aws:RequestTag/{key}" for key in KEYS} <= asked, statement


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_every_argument_that_speaks_of_tags_is_understood(for_aws: Synthesized, catalog: Catalog) -> None:
    """A type that a stack begins to use may spell the tags of what it makes in a way that nobody looks at."""
    used = {resource.type for resource in for_aws.resources()}
    understood = [pattern for patterns in ARGUMENTS.values() for pattern in patterns]
    strange = {
        f"{kind}.{path}"
        for kind in used
        for path in _speaking(catalog.resources[kind])
        if not any(fnmatchcase(path, pattern) for pattern in understood)
    }
    assert strange == set()
    unused = {pattern.partition(".")[0] for pattern in ARGUMENTS["of what is not made"]}
    assert not any(unused & resource.arguments.keys() for resource in for_aws.resources())
    assert set(_speaking({"attributes": {"volume_tags": {}, "percentage": {}, "stage": {}}})) == {"volume_tags"}


def _speaking(block: Block, path: str = "") -> Iterator[str]:
    inner = block.get("block_types", {})
    for name in (*block.get("attributes", {}), *inner):
        if {"tag", "tags"} & set(name.split("_")):
            yield path + name
    for name, nested in inner.items():
        yield from _speaking(nested["block"], f"{path}{name}.")


def changed(synthesized: Synthesized, change: Any) -> Synthesized:
    """The stacks with `change` made to those of dev."""
    copy = object.__new__(Synthesized)
    copy.stacks = deepcopy(synthesized.stacks)
    change({part: copy.stacks[f"dev-{part}"] for part in ("foundation", "compute", "ml", "observability")})
    return copy


def first(stacks: dict[str, Any], part: str, kind: str) -> dict[str, Any]:
    return next(iter(stacks[part]["resource"][kind].values()))  # type: ignore[no-any-return]


def no_default(stacks: dict[str, Any]) -> None:
    del stacks["ml"]["provider"]["aws"][0]["default_tags"][0]["tags"]["owner"]


def emptied(stacks: dict[str, Any]) -> None:
    first(stacks, "ml", "aws_s3_bucket")["tags"] = {"team": ""}


def unknown(stacks: dict[str, Any]) -> None:
    first(stacks, "ml", "aws_s3_bucket")["tags"] = {"team": "ml-platfrom"}


def another_pays(stacks: dict[str, Any]) -> None:
    first(stacks, "foundation", "aws_vpc")["tags"] = {"cost-center": "cc-1003"}


def no_volumes(stacks: dict[str, Any]) -> None:
    template = first(stacks, "compute", "aws_launch_template")
    template["tag_specifications"] = [s for s in template["tag_specifications"] if s["resource_type"] != "volume"]


def no_group_tag(stacks: dict[str, Any]) -> None:
    tags = stacks["compute"]["resource"]["aws_autoscaling_group_tag"]
    del tags[next(name for name, tag in tags.items() if tag["tag"]["key"] == "run")]


def no_snapshots(stacks: dict[str, Any]) -> None:
    first(stacks, "ml", "aws_db_instance")["copy_tags_to_snapshot"] = False


def no_repositories(stacks: dict[str, Any]) -> None:
    del first(stacks, "compute", "aws_ecr_repository_creation_template")["resource_tags"]["model"]


@pytest.mark.parametrize(
    ("change", "told", "number"),
    [
        (no_default, "lacks owner", None),
        (emptied, "-bucket/bucket: lacks team", 1),
        (unknown, "team: 'ml-platfrom' is not allowed; did you mean 'ml-platform'?", 1),
        (another_pays, "dev-foundation/network/vpc: cost-center: 'cc-1003' is not allowed; allowed: cc-1001", 1),
        (no_volumes, ": volume: lacks team, project, model, environment, cost-center, owner, run", 1),
        (no_group_tag, "Auto Scaling group ${aws_eks_node_group", 1),
        (no_snapshots, ": snapshots: lacks team", 1),
        (no_repositories, ": repositories: lacks model", 1),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_not_is_named(
    for_aws: Synthesized,
    catalog: Catalog,
    known: Teams,
    environments: dict[str, Environment],
    change: Any,
    told: str,
    number: int | None,
) -> None:
    wrong = faults(tagged(changed(for_aws, change), catalog), known, set(environments))
    assert all(told in one and one.startswith("dev-") for one in wrong), wrong
    assert len(wrong) == number if number else len(wrong) > 10


def test_an_environment_that_there_is_not_is_named(known: Teams) -> None:
    tags = known.standing("demand", "elsewhere").aws()
    assert faults(iter([Tagged("x", tags)]), known, {"dev"}) == ["x: environment 'elsewhere' is none"]


def test_the_schemas_say_what_has_tags(catalog: Catalog) -> None:
    assert taggable(catalog, "aws_s3_bucket")
    assert not taggable(catalog, "aws_s3_bucket_policy")
