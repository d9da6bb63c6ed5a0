"""Amounts worked out by hand from prices of us-east-1, in the comment beside each."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cost_resources import database, endpoint, node_group

from groundway.environment import Environment, GpuPool

Price = Callable[..., dict[str, tuple[str, str, str]]]


def always(amount: str) -> tuple[str, str, str]:
    return amount, amount, amount


def test_a_node_group_costs_its_nodes_and_their_disks(price: Price) -> None:
    found = price(node_group(["m7i.large"], (1, 2, 3)))
    # 0.1008 x 730 = 73.584 a node
    assert found["instances, on demand: m7i.large"] == ("73.58", "147.17", "220.75")
    assert found["disks, gp3"] == ("8.00", "16.00", "24.00")  # 100 GB x 0.08 a node


def test_a_pool_of_several_types_lies_between_the_cheapest_and_the_dearest(price: Price) -> None:
    found = price(node_group(["m7a.large", "m7i.large"], (1, 1, 1)))
    # m7i 0.1008 x 730 = 73.584, m7a 0.11592 x 730 = 84.6216; the first of them is expected
    assert found["instances, on demand: m7a.large or m7i.large"] == ("73.58", "84.62", "84.62")


def test_spot_is_cheaper_by_its_saving_and_never_dearer_than_on_demand(price: Price) -> None:
    found = price(node_group(["g5.xlarge"], (0, 1, 1), "SPOT"))
    # 1.006 less 59% = 0.41246 x 730 = 301.10; on demand 734.38
    assert found["instances, spot: g5.xlarge"] == ("0.00", "301.10", "734.38")


def test_a_pool_that_scales_to_zero_runs_the_hours_that_were_declared(price: Price) -> None:
    group = node_group(["g5.xlarge"], (0, 0, 2))
    declared = price(group, "pools: {a10g: {node_hours: 100}}")
    assert declared["instances, on demand: g5.xlarge"] == ("0.00", "100.60", "1468.76")  # 2 x 730 x 1.006
    assert declared["disks, gp3"] == ("0.00", "1.10", "16.00")  # 100/730 of 8.00
    undeclared = price(group, "idle_pool_share: 0.1")
    assert undeclared["instances, on demand: g5.xlarge"] == ("0.00", "146.88", "1468.76")


def test_reserved_nodes_are_paid_once_by_their_reservation(price: Price) -> None:
    target = {"capacity_reservation_target": {"capacity_reservation_id": "${aws_ec2_capacity_reservation.r.id}"}}
    reserved = node_group(["g6.2xlarge"], (0, 0, 1), capacity_reservation_specification=target)
    reservation = {"instance_type": "g6.2xlarge", "instance_count": 1}
    found = price({**reserved, "aws_ec2_capacity_reservation": {"r": reservation}})
    assert found == {
        "reserved instances": always("713.65"),  # 0.9776 x 730
        "disks, gp3": ("0.00", "0.40", "8.00"),
    }


def test_a_capacity_block_is_priced_as_one(price: Price) -> None:
    group = node_group(["p5.48xlarge"], (0, 0, 1), "CAPACITY_BLOCK")
    del group["aws_eks_node_group"]["g"]["instance_types"]  # the template names it
    group["aws_launch_template"]["t"]["instance_type"] = "p5.48xlarge"
    found = price(group, "pools: {a10g: {node_hours: 24}}")
    assert found["instances, capacity block: p5.48xlarge"] == ("0.00", "755.14", "22968.72")  # 31.464


def test_karpenter_pools_are_priced_though_terraform_has_no_nodes_of_them(price: Price, dev: Environment) -> None:
    pool = GpuPool(instance_types=("g6e.xlarge",), max=2, scaler="karpenter", disk_gb=50)
    group = {"aws_eip": {"e": {}}}
    found = price(group, "pools: {burst: {node_hours: 73}}", gpu_pools={"burst": pool})
    assert found["instances, on demand: g6e.xlarge"] == ("0.00", "135.85", "2717.06")  # 1.861
    assert found["disks, gp3"] == ("0.00", "0.40", "8.00")  # 50 GB x 0.08 a node
    assert "instances, on demand: g6e.xlarge" not in price(group, gpu_pools={})


def test_disks_that_are_faster_than_what_is_included(price: Price) -> None:
    fast = {"volume_size": 100, "volume_type": "gp3", "iops": 4000, "throughput": 225}
    found = price(node_group(["m7i.large"], (1, 1, 1), block_device_mappings=[{"ebs": fast}]))
    assert found["disks, iops above 3000"] == always("5.00")  # 1000 x 0.005
    assert found["disks, throughput above 125"] == always("4.00")  # 100 x 0.04


def test_the_control_plane_costs_six_times_as_much_out_of_support(price: Price) -> None:
    cluster = {"aws_eks_cluster": {"c": {"version": "1.34"}}}  # until 2026-12-02
    assert price(cluster, on=date(2026, 12, 2)) == {"control plane": always("73.00")}
    assert price(cluster, on=date(2026, 12, 3)) == {"control plane, extended support": always("438.00")}


def test_a_nat_gateway_in_each_zone_shares_the_traffic(price: Price, ask: Callable[..., Any]) -> None:
    usage = "network: {nat_gb: 300}"
    three = {"aws_nat_gateway": {n: {} for n in "abc"}, "aws_eip": {n: {} for n in "abc"}}
    # 3 x (0.045 + 0.005) x 730 = 109.50, and 300 GB x 0.045 = 13.50 however many share it
    assert ask(three, usage).monthly.expected == Decimal("123.00")
    one = {"aws_nat_gateway": {"a": {}}, "aws_eip": {"a": {}}}
    assert ask(one, usage).monthly.expected == Decimal("50.00")


def test_interface_endpoints_are_billed_in_every_zone(price: Price) -> None:
    found = price({"aws_vpc_endpoint": {"e": endpoint(3)}}, "network: {endpoint_gb: 10}")
    assert found == {"endpoint in each zone": always("21.90"), "traffic through it": always("0.10")}
    assert price({"aws_vpc_endpoint": {"e": endpoint(2)}})["endpoint in each zone"] == always("14.60")


def test_gateway_endpoints_are_free_for_a_reason(ask: Callable[..., Any]) -> None:
    found = ask({"aws_vpc_endpoint": {"e": {"vpc_endpoint_type": "Gateway"}}})
    assert not found.lines
    assert [free.reason for free in found.free] == ["gateway endpoints (S3, DynamoDB) are free"]


def test_traffic_between_zones_is_billed_on_both_sides(price: Price) -> None:
    assert price({"aws_vpc": {"v": {}}}, "network: {zone_gb: 100}") == {"traffic between zones": always("2.00")}


def test_a_database_in_two_zones_costs_twice(price: Price) -> None:
    usage = "database: {extra_backup_gb: 0}"
    one, two = price(database(multi_az=False), usage), price(database(multi_az=True), usage)
    assert one["database server"] == always("47.45")  # 0.065 x 730
    assert one["disk"] == ("2.30", "2.30", "11.50")  # 20 to 100 GB x 0.115
    assert two["database server"] == always("94.90")
    assert two["disk"] == ("4.60", "4.60", "23.00")


def test_what_comes_with_a_database_is_billed_too(price: Price) -> None:
    found = price(
        database(monitoring_interval=60, manage_master_user_password=True),
        "database: {extra_backup_gb: 10, monitoring_gb: 2}",
    )
    assert found["backups beyond its size"] == always("0.95")
    assert found["enhanced monitoring"] == always("1.00")
    assert found["password in Secrets Manager"] == always("0.40")


@pytest.mark.parametrize(("rotates", "key"), [(True, ("1.00", "1.00", "3.00")), (False, always("1.00"))])
def test_keys_cost_a_dollar_and_more_once_they_are_rotated(price: Price, rotates: bool, key: object) -> None:
    usage = "security: {ten_thousand_key_requests: 10}"
    found = price({"aws_kms_key": {"k": {"enable_key_rotation": rotates}}}, usage)
    assert found == {"key": key, "requests": always("0.30")}


def test_logs_are_billed_as_they_come_and_as_they_stay(price: Price) -> None:
    group = {"name": "/groundway/dev/trail", "retention_in_days": 304}
    found = price({"aws_cloudwatch_log_group": {"l": group}}, "logs: {trail: 10}\nlogs_stored_share: 0.1")
    assert found == {"written": always("5.00"), "kept": always("0.30")}  # ten months of 1 GB


def test_an_alarm_is_billed_by_the_metrics_that_it_watches(price: Price) -> None:
    queries = [{"id": "a", "metric": {}}, {"id": "b", "metric": {}}, {"id": "ratio", "expression": "a/b"}]
    assert price({"aws_cloudwatch_metric_alarm": {"a": {"metric_query": queries}}}) == {
        "metrics watched": always("0.20")
    }
    assert price({"aws_cloudwatch_metric_alarm": {"a": {"metric_name": "m"}}}) == {"metrics watched": always("0.10")}


def test_prometheus_is_billed_by_the_sample(price: Price) -> None:
    usage = "metrics: {active_series: 1000, billion_queried: 5}"
    found = price({"aws_prometheus_workspace": {"p": {}}}, usage)
    # 1000 series x 2 a minute x 60 x 730 = 87.6 million, at 0.90 for 10 million
    assert found["samples taken in"] == always("7.88")
    assert found["samples read by queries"] == always("0.50")


def test_threat_detection_grows_with_the_nodes(price: Price) -> None:
    feature = {"name": "RUNTIME_MONITORING", "status": "ENABLED"}
    found = price({**node_group(["m7i.large"], (1, 2, 3)), "aws_guardduty_detector_feature": {"f": feature}})
    assert found["runtime monitoring"] == ("3.00", "6.00", "9.00")  # 2 vCPUs a node x 1.50
    off = {"aws_guardduty_detector_feature": {"f": {**feature, "status": "DISABLED"}}}
    assert price(off) == {}


def test_buckets_take_the_usage_of_their_name(price: Price) -> None:
    usage = "buckets: {data: {gb: 1000, thousand_puts: 10, thousand_gets: 100}}"
    data = {"aws_s3_bucket": {"b": {"bucket": "groundway-dev-111111111111-data"}}}
    assert price(data, usage) == {
        "stored": always("23.00"),
        "writes and lists": always("0.05"),
        "reads": always("0.04"),
    }
    models = {"aws_s3_bucket": {"b": {"bucket": "groundway-dev-111111111111-models"}}}
    assert price(models, usage)["stored"] == ("0.02", "1.15", "11.50")  # the default


def test_jobs_and_endpoints_cost_what_is_declared_of_them(price: Price) -> None:
    usage = """
workloads:
  job_hours: {ml.g5.xlarge: 10}
  endpoints:
    delays: {instance_type: ml.m5.large, instances: {low: 1, expected: 2, high: 4}}
  cluster_disk_gb: 50
  load_balancers: 1
  load_balancer_units: 2
"""
    found = price({"aws_route": {"r": {}}}, usage)
    assert found == {
        "jobs, ml.g5.xlarge": always("14.08"),  # 1.006 x 1.40 x 10
        "endpoint, ml.m5.large": ("84.10", "168.19", "336.38"),  # 0.096 x 1.20 x 730
        "disks of pods": always("4.00"),
        "load balancers": always("16.43"),  # 0.0225 x 730
        "capacity units": always("11.68"),  # 2 x 0.008 x 730
    }
    assert price({"aws_route": {"r": {}}}) == {}
