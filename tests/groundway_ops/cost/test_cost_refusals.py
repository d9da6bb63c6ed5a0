"""What cannot be priced stops the estimate, and is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cost_resources import database, node_group

from groundway.errors import InvalidInput
from groundway_ops.cost.estimate import free_types, refused_arguments
from groundway_ops.cost.pricing import PRICED
from groundway_ops.cost.record import Estimate

Ask = Callable[..., Estimate]


def test_a_type_that_nobody_priced(ask: Ask) -> None:
    ask({"aws_eip": {"e": {}}})
    with pytest.raises(
        InvalidInput, match=r"dev-part: aws_fsx_lustre_file_system.scratch: nobody said what aws_fsx"
    ) as e:
        ask({"aws_eip": {"e": {}}, "aws_fsx_lustre_file_system": {"scratch": {}}})
    assert "prices/free.yaml" in e.value.message


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        (database(instance_class="db.r9z.large"), r"aws_db_instance.d: .* no price for rds.db.r9z.large in us-east-1"),
        (node_group(["m99.large"], (1, 1, 1)), "no price for instance.on_demand.m99.large in us-east-1"),
        (node_group(["p5e.48xlarge"], (0, 0, 1)), "no price for instance.on_demand.p5e.48xlarge"),
        ({"aws_dynamodb_table": {"t": {"name": "t"}}}, "aws_dynamodb_table.t: .*dynamodb.write_provisioned"),
        ({"aws_sns_topic_subscription": {"s": {"protocol": "sms"}}}, "subscription.s: .*sns.sms"),
        (
            {"aws_guardduty_detector_feature": {"f": {"name": "LAMBDA_NETWORK_LOGS", "status": "ENABLED"}}},
            "feature.f: .*guardduty.LAMBDA_NETWORK_LOGS",
        ),
        ({"aws_eks_cluster": {"c": {"version": "1.20"}}}, "when support of Kubernetes 1.20 ends"),
    ],
)
def test_a_price_that_is_missing(ask: Ask, resources: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        ask(resources)


def test_a_region_without_prices(ask: Ask) -> None:
    with pytest.raises(InvalidInput, match="no prices for eu-north-1, only for eu-west-1, us-east-1"):
        ask({"aws_eip": {"e": {}}}, region="eu-north-1")


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        ({"aws_sqs_queue": {"q": {"fifo_queue": True}}}, "aws_sqs_queue.q: fifo_queue True .* knows False"),
        (
            database(iops=20000),
            "aws_db_instance.d: iops 20000 is billed in a way that has no price; the price book knows 0, 3000",
        ),
        ({"aws_vpc_endpoint": {"e": {"vpc_endpoint_type": "GatewayLoadBalancer"}}}, "knows Gateway, Interface"),
        (database(replicate_source_db="db-1"), "replicate_source_db 'db-1' is billed .* no price; leave it out"),
        ({"aws_sqs_queue": {"q": {"fifo_queue": "${var.f}"}}}, r"q: fifo_queue \$\{var.f\} is not known yet"),
        ({"aws_eks_cluster": {"c": {"version": "1.35", "compute_config": {"enabled": True}}}}, "compute_config"),
    ],
)
def test_an_argument_that_is_billed_and_has_no_price(ask: Ask, resources: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        ask(resources)


def test_nodes_whose_disks_are_unknown(ask: Ask) -> None:
    group = node_group(["m7i.large"], (1, 1, 1))
    del group["aws_launch_template"]
    with pytest.raises(InvalidInput, match=r"aws_eks_node_group.g has no launch template in its stack"):
        ask(group)


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        ({"aws_eip": {"e": {"count": 3}}}, "aws_eip.e: count is not priced"),
        ({"aws_iam_role": {"r": {"for_each": "${local.r}"}}}, "aws_iam_role.r: for_each is not priced"),
        (
            {"aws_vpc_endpoint": {"e": {"vpc_endpoint_type": "Interface"}}},
            "endpoint.e: an argument .*subnet_ids",
        ),
        (
            {"aws_vpc_endpoint": {"e": {"vpc_endpoint_type": "Interface", "subnet_ids": "${x.y}"}}},
            "endpoint.e: an argument .* is no list",
        ),
        (database(allocated_storage="${var.size}"), "aws_db_instance.d: an argument .*var.size"),
        (database(multi_az="${var.safe}"), "aws_db_instance.d: an argument .*var.safe"),
    ],
)
def test_an_amount_that_is_not_known_before_the_plan(ask: Ask, resources: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        ask(resources)


def test_modules_are_not_overlooked(ask: Ask, root: Path) -> None:
    ask({"aws_eip": {"e": {}}})
    stack = root / "stacks" / "dev-module"
    stack.mkdir()
    (stack / "cdk.tf.json").write_text('{"resource": {"aws_eip": {"e": {}}}, "module": {"m": {}}}')
    with pytest.raises(InvalidInput, match=r"dev-module/cdk.tf.json: modules are not priced"):
        ask({"aws_eip": {"e": {}}})


def test_every_type_is_free_or_priced_and_not_both() -> None:
    assert not free_types().keys() & PRICED.keys()
    assert all(free_types().values())  # a reason each
    assert refused_arguments().keys() <= PRICED.keys()
