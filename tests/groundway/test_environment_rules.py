"""What the parts of an environment say about each other: each rule with what it takes and what it refuses."""

import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from groundway.environment import Environment, load
from groundway.environment.network import NODES_NEED

DEV = load("dev").model_dump(mode="json", by_alias=True)
RESERVED = {"instance_types": ["g6.2xlarge"], "max": 2, "capacity": "reserved"}
FABRIC = {"instance_types": ["p5.48xlarge"], "max": 2}


def environment(**changes: Any) -> Environment:
    return Environment.model_validate_json(json.dumps({**DEV, **changes}))


def network(**changes: Any) -> dict[str, Any]:
    return {**DEV["network"], **changes}


def pool(**changes: Any) -> dict[str, Any]:
    return {"gpu_pools": {"one": {"instance_types": ["g5.xlarge"], "max": 1, **changes}}}


def budget(**changes: Any) -> dict[str, Any]:
    return {"budget": {**DEV["budget"], **changes}}


KARPENTER = pool(scaler="karpenter")
TAKEN: dict[str, dict[str, Any]] = {
    "no NAT, every endpoint that nodes need": {
        "network": network(nat="none", interface_endpoints=[*NODES_NEED, "sqs"])
    },
    "as many nodes as are reserved": pool(**RESERVED, reservation={"instances": 2}),
    "a capacity block is as large as it was bought": pool(
        **RESERVED, reservation={"capacity_block": "cr-0123456789ab"}
    ),
    "EFA on a type that has it": pool(**FABRIC, efa=True),
    "MIG on an accelerator that has it": pool(**FABRIC, sharing={"mig": "all-1g.10gb"}),
    "taking turns on one that has no MIG": pool(sharing={"time_slices": 2}),
    "Karpenter's pool where Karpenter is": KARPENTER,
    "teams share the budget": budget(monthly_usd="100", teams={"a": "60", "b": "40"}),
    "a database that grows": {"registry": {"storage_gb": 100, "max_storage_gb": 110}},
    "features of their own names": {"feature_groups": {"routes": {"record": "id", "features": {"x": "string"}}}},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no NAT and an endpoint missing": (
        {"network": network(nat="none", interface_endpoints=[e for e in (*NODES_NEED, "sqs") if e != "sts"])},
        "cannot reach sts",
    ),
    "no NAT and no way to Karpenter's queue": (
        {"network": network(nat="none", interface_endpoints=list(NODES_NEED))},
        "add sqs",
    ),
    "an endpoint twice": ({"network": network(interface_endpoints=["sts", "sts"])}, "twice"),
    "more nodes than are reserved": (
        pool(**RESERVED, reservation={"instances": 1}),
        "nodes beyond the 1 reserved ones would not start",
    ),
    "reserved without a reservation": (pool(**RESERVED), "go together"),
    "a reservation that is not used": (pool(reservation={"instances": 1}), "go together"),
    "a reservation for two types": (
        pool(**{**RESERVED, "instance_types": ["g6.xlarge", "g6.2xlarge"]}, reservation={"instances": 2}),
        "for one instance type",
    ),
    "a reservation in a zone that is not there": (
        pool(**RESERVED, reservation={"instances": 2, "zone": 2}),
        "the network has 2 zones",
    ),
    "a reservation for Karpenter": (
        pool(**RESERVED, reservation={"instances": 2}, scaler="karpenter"),
        "leave scaler out",
    ),
    "EFA on a type without": (pool(efa=True), "g5.xlarge"),
    "EFA on several types": (pool(instance_types=["g5.12xlarge", "g5.24xlarge"], efa=True), "one instance type"),
    "MIG on an accelerator without": (pool(sharing={"mig": "all-1g.5gb"}), "a10g has no MIG"),
    "sharing what is no GPU": (pool(instance_types=["inf2.xlarge"], sharing={"time_slices": 2}), "leave it out"),
    "two ways of sharing": (pool(**FABRIC, sharing={"mig": "1g.10gb", "time_slices": 2}), "exactly one"),
    "no way of sharing": (pool(sharing={}), "exactly one"),
    "accelerators that differ in number": (pool(instance_types=["g5.xlarge", "g5.12xlarge"]), "different accelerators"),
    "Karpenter's pool without Karpenter": (
        {**KARPENTER, "cluster": {**DEV["cluster"], "karpenter": False}},
        "set cluster.karpenter: true",
    ),
    "teams that spend more than there is": (budget(monthly_usd="100", teams={"a": "60", "b": "41"}), "add up to 101"),
    "a database that cannot grow": ({"registry": {"storage_gb": 100, "max_storage_gb": 109}}, "a tenth more"),
    "a feature named twice": (
        {"feature_groups": {"routes": {"record": "id", "features": {"id": "string"}}}},
        "names id",
    ),
}


@pytest.mark.parametrize("what", TAKEN)
def test_taken(what: str) -> None:
    environment(**TAKEN[what])


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    changes, said = REFUSED[what]
    with pytest.raises(ValidationError) as e:
        environment(**changes)
    assert said in str(e.value)


def test_without_protection_nothing_else_changes() -> None:
    prod = load("prod")
    assert prod.protection
    assert prod.online_table.deletion_protection
    free = prod.unprotected()
    assert not free.protection
    assert not free.online_table.deletion_protection
    again = free.model_copy(update={"protection": True, "online_table": prod.online_table})
    assert again == prod


def test_money_is_decimal() -> None:
    assert environment(**budget(monthly_usd="100.10", teams={})).budget.monthly_usd == Decimal("100.10")
