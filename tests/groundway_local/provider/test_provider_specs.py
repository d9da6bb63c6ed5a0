"""Specs, names, values and schemas: what needs no Terraform to be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from groundway_local.provider import reconcile, schema
from groundway_local.provider.importing import imported_state
from groundway_local.provider.names import Names, fill, fill_path, parse_id
from groundway_local.provider.problem import Problem
from groundway_local.provider.resources import registry
from groundway_local.provider.spec import Op, Spec
from groundway_local.provider.values import UNKNOWN, members, same_type, without_unknown

SPECS = registry()
DATA = ["aws_region"]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        return schema.load(list(SPECS), DATA)


def mentioned(spec: Spec) -> set[str]:
    """Every attribute that a spec speaks of."""
    steps = [*spec.update, spec.create, *([spec.prepare] if spec.prepare else [])]
    listed = {a for s in steps for a in (s.attrs or ())}
    tables = {*spec.computed, *spec.defaults, *spec.prefixed, *spec.prefixed.values()}
    return listed | tables | {*spec.replace, *spec.volatile, *spec.provider_only, *spec.unread, *spec.filled}


@pytest.mark.parametrize("type_name", SPECS)
def test_a_spec_speaks_only_of_what_its_schema_has(catalog, type_name):
    for path in mentioned(SPECS[type_name]):
        block = catalog.resources[type_name]
        *blocks, name = path.split(".")
        for step in blocks:
            block = block["block_types"][step]["block"]
        assert name in members(block), f"{type_name} has no {path}"
    for path in SPECS[type_name].names:  # of a block at any depth
        holder, _, name = path.rpartition(".")
        assert any(name in members(b) for b in blocks_named(holder, catalog.resources[type_name])), path


def blocks_named(name: str, block: Any) -> list[Any]:
    """The block itself for "", else every block of that name within it."""
    if not name:
        return [block]
    nested = block.get("block_types", {})
    found = [s["block"] for n, s in nested.items() if n == name]
    return found + [b for s in nested.values() for b in blocks_named(name, s["block"])]


def test_the_schema_is_aws_own(catalog):
    assert catalog.aws_version == "6.25.0"
    node_group = catalog.resources["aws_eks_node_group"]
    assert node_group["attributes"]["cluster_name"] == {"type": "string", "required": True}
    assert node_group["attributes"]["instance_types"]["type"] == ["list", "string"]
    assert node_group["block_types"]["taint"]["nesting_mode"] == "set"
    assert node_group["block_types"]["scaling_config"]["max_items"] == 1
    assert node_group["block_types"]["timeouts"]["nesting_mode"] == "single"
    assert "cidr_blocks" in str(catalog.resources["aws_security_group"]["attributes"]["ingress"]["type"])


def test_the_cache_is_used_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    first = schema.load(["aws_sns_topic"], [])
    (cached,) = (tmp_path / "cache").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_derive", lambda *_: pytest.fail("the cache was not used"))
        assert schema.load(["aws_sns_topic"], []) == first
    cached.write_text(cached.read_text()[:1000])
    assert schema.load(["aws_sns_topic"], []) == first
    assert schema.load(["aws_sqs_queue"], []).resources.keys() == {"aws_sqs_queue"}
    with pytest.raises(Problem, match="aws_no_such_thing"):
        schema.load(["aws_no_such_thing"], [])


def test_a_template_is_filled_and_read_back():
    assert fill({"a": ["{n}"], "b": "x-{n}"}, {"n": 3}) == {"a": [3], "b": "x-3"}
    assert parse_id("{cluster_name}:{node_group_name}", "one:two") == {"cluster_name": "one", "node_group_name": "two"}
    assert parse_id("{role}/{policy_arn}", "r/arn:aws:iam::aws:policy/P") == {
        "role": "r",
        "policy_arn": "arn:aws:iam::aws:policy/P",
    }
    assert parse_id("{group}:{name}", "/a/group:name") == {"group": "/a/group", "name": "name"}
    assert parse_id("{cluster_name}:{node_group_name}", "one/two") == {"cluster_name": "one", "node_group_name": "two"}
    assert parse_id("{cluster_name}:{node_group_name}", "one") is None
    assert fill_path("A[?N=='{name}']", {"name": "it's"}) == "A[?N=='it\\'s']"
    with pytest.raises(KeyError):
        fill("{missing}", {})


def test_a_wrong_import_id_says_what_is_right(catalog):
    block = catalog.resources["aws_eks_node_group"]
    with pytest.raises(Problem, match=r"\{cluster_name\}:\{node_group_name\}"):
        imported_state("aws_eks_node_group", SPECS["aws_eks_node_group"], block, "only-one")


def test_attributes_find_their_members():
    names = Names(Spec("ec2", "Vpc", Op("create_vpc"), id="{id}", names={"policy": "PolicyDocument", "route": None}))
    assert names.member("vpc_id", ["VpcId"]) == "VpcId"
    assert names.member("id", ["VpcId"]) == "VpcId"
    assert names.member("subnet_ids", ["Subnets"]) == "Subnets"
    assert names.member("transition", ["Transitions"]) == "Transitions"
    assert names.member("policy", ["PolicyDocument", "Policy"]) == "PolicyDocument"
    assert names.member("route", ["Route"]) is None
    assert names.member("something", ["Else"]) is None


@pytest.mark.parametrize(
    ("kind", "a", "b", "equal"),
    [
        ("string", "", None, True),
        ("string", '{"a": 1, "b": 2}', '{"b":2,"a":1}', True),
        ("string", '{"a": 1}', '{"a": 2}', False),
        ("string", "007", "7", False),
        ("number", "0.95", 0.95, True),
        ("bool", False, None, True),
        ("bool", True, None, False),
        (["set", "string"], ["a", "b"], ["b", "a"], True),
        (["list", "string"], ["a", "b"], ["b", "a"], False),
        (["set", "string"], ["a", "a"], ["a", "b"], False),
        (["map", "string"], {"a": "1"}, {"a": "1", "b": "2"}, False),
        ("string", UNKNOWN, "x", False),
    ],
)
def test_when_two_values_mean_the_same(kind, a, b, equal):
    assert same_type(kind, a, b) is equal


RULE = {
    "attributes": {"id": {"type": "string"}, "days": {"type": "number"}, "status": {"type": "string"}},
    "block_types": {},
}
LIFECYCLE = {
    "attributes": {"bucket": {"type": "string"}},
    "block_types": {"rule": {"nesting_mode": "set", "block": RULE}},
}


def test_the_plan_holds_and_its_unknowns_are_filled_in():
    planned = {"bucket": "b", "rule": [{"id": "1", "days": UNKNOWN, "status": "on"}]}
    actual = {
        "bucket": "b",
        "rule": [{"id": "2", "days": 9, "status": "on"}, {"id": "1", "days": 7, "status": "on"}],
    }
    done = reconcile.completed(LIFECYCLE, planned, actual)
    assert done == {"bucket": "b", "rule": [{"id": "1", "days": 7, "status": "on"}]}
    assert without_unknown(planned)["rule"][0]["days"] is None


def test_drift_is_any_change_from_what_was_reported_after_the_apply():
    state = {"bucket": "b", "rule": [{"id": "1", "days": None, "status": "on"}]}
    reported = {"bucket": "b", "rule": [{"id": "1", "days": 7, "status": "on"}]}
    departures = reconcile.departures(LIFECYCLE, state, reported)
    assert departures == {"rule": reconcile.digest(reported["rule"])}
    assert reconcile.departures(LIFECYCLE, reported, reported) == {}
    drifted = {"bucket": "b", "rule": [{"id": "1", "days": 7, "status": "off"}]}
    assert reconcile.digest(drifted["rule"]) != departures["rule"]
    assert reconcile.observed(LIFECYCLE, state, drifted)["rule"][0]["status"] == "off"
