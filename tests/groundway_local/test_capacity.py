"""Capacity in the local cloud: reservations, placement groups, what launch templates start, groups of node groups."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_cloud import client

from groundway_local.constraints import matches

COST = {"team": "demand", "cost-center": "cc-1"}
KINDS = ("instance", "volume", "network-interface")


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in tags.items()]


def plain(tags: list[dict[str, str]]) -> dict[str, str]:
    return {t["Key"]: t["Value"] for t in tags if not t["Key"].startswith("aws:")}


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


@pytest.fixture
def ec2(address: str, account: str) -> Any:
    return client("ec2", address, account)


@pytest.fixture
def subnet(ec2: Any) -> str:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"])


def reserve(ec2: Any, **changes: Any) -> str:
    asked = {
        "InstanceType": "g6.2xlarge",
        "InstancePlatform": "Linux/UNIX",
        "AvailabilityZone": "eu-west-1a",
        "InstanceCount": 2,
        **changes,
    }
    return str(ec2.create_capacity_reservation(**asked)["CapacityReservation"]["CapacityReservationId"])


def template(ec2: Any, **data: Any) -> str:
    data |= {"TagSpecifications": [{"ResourceType": kind, "Tags": pairs(COST)} for kind in KINDS]}
    made = ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData=data)
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def test_a_reservation_lives_changes_and_ends(ec2: Any) -> None:
    tagged = [{"ResourceType": "capacity-reservation", "Tags": pairs(COST)}]
    id = reserve(ec2, InstanceMatchCriteria="targeted", TagSpecifications=tagged)
    [found] = ec2.describe_capacity_reservations(CapacityReservationIds=[id])["CapacityReservations"]
    assert (found["State"], found["TotalInstanceCount"], found["InstanceMatchCriteria"]) == ("active", 2, "targeted")
    assert plain(found["Tags"]) == COST
    ec2.modify_capacity_reservation(CapacityReservationId=id, InstanceCount=5)
    [found] = ec2.describe_capacity_reservations()["CapacityReservations"]
    assert found["TotalInstanceCount"] == 5
    ec2.cancel_capacity_reservation(CapacityReservationId=id)
    missing = refused(ec2.describe_capacity_reservations, CapacityReservationIds=[id])
    assert missing == "InvalidCapacityReservationId.NotFound"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"AvailabilityZone": "eu-west-1z"}, "InvalidParameterValue"),
        ({"InstanceType": "g99.huge"}, "InvalidParameterValue"),
        (
            {"PlacementGroupArn": "arn:aws:ec2:eu-west-1:111111111111:placement-group/none"},
            "InvalidPlacementGroup.Unknown",
        ),
    ],
)
def test_what_cannot_be_reserved_is_refused(wrong: dict[str, str], code: str, ec2: Any) -> None:
    assert refused(reserve, ec2=ec2, **wrong) == code
    assert ec2.describe_capacity_reservations()["CapacityReservations"] == []


def test_a_placement_group_is_there_while_something_is_reserved_in_it(ec2: Any) -> None:
    group = ec2.create_placement_group(GroupName="fabric", Strategy="cluster")["PlacementGroup"]
    assert refused(ec2.create_placement_group, GroupName="fabric") == "InvalidPlacementGroup.Duplicate"
    id = reserve(ec2, PlacementGroupArn=group["GroupArn"])
    assert refused(ec2.delete_placement_group, GroupName="fabric") == "InvalidPlacementGroup.InUse"
    ec2.cancel_capacity_reservation(CapacityReservationId=id)
    ec2.delete_placement_group(GroupName="fabric")
    assert refused(ec2.describe_placement_groups, GroupNames=["fabric"]) == "InvalidPlacementGroup.Unknown"


def test_the_cost_tags_of_a_template_reach_all_that_it_starts(ec2: Any, subnet: str) -> None:
    disk = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3", "Encrypted": True}}
    id = template(ec2, ImageId="ami-12c6146b", InstanceType="g6.2xlarge", BlockDeviceMappings=[disk])
    own = [{"ResourceType": "volume", "Tags": pairs({"team": "other"})}]
    for specifications, team in (([], "demand"), (own, "other")):
        started = ec2.run_instances(
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet,
            LaunchTemplate={"LaunchTemplateId": id},
            TagSpecifications=specifications,
        )
        [instance] = ec2.describe_instances(InstanceIds=[started["Instances"][0]["InstanceId"]])["Reservations"][0][
            "Instances"
        ]
        assert plain(instance["Tags"]) == COST
        volumes = [m["Ebs"]["VolumeId"] for m in instance["BlockDeviceMappings"]]
        assert volumes
        for volume in ec2.describe_volumes(VolumeIds=volumes)["Volumes"]:
            assert plain(volume["Tags"]) == {**COST, "team": team}  # the request counts more than the template
        interfaces = [i["NetworkInterfaceId"] for i in instance["NetworkInterfaces"]]
        assert interfaces
        for interface in ec2.describe_network_interfaces(NetworkInterfaceIds=interfaces)["NetworkInterfaces"]:
            assert plain(interface["TagSet"]) == COST


def test_what_is_started_without_a_template_has_no_such_tags(ec2: Any, subnet: str) -> None:
    [instance] = ec2.run_instances(MinCount=1, MaxCount=1, SubnetId=subnet, ImageId="ami-12c6146b")["Instances"]
    assert ec2.describe_volumes(Filters=[{"Name": "tag:team", "Values": ["demand"]}])["Volumes"] == []
    assert plain(instance.get("Tags", [])) == {}


@pytest.fixture
def cluster(address: str, account: str, subnet: str) -> Any:
    eks = client("eks", address, account)
    role = f"arn:aws:iam::{account}:role/nodes"
    eks.create_cluster(name="c", roleArn=role, resourcesVpcConfig={"subnetIds": [subnet]})
    return eks


def node_group(cluster: Any, account: str, subnet: str, **more: Any) -> str:
    made = cluster.create_nodegroup(
        clusterName="c",
        nodegroupName="gpu",
        nodeRole=f"arn:aws:iam::{account}:role/nodes",
        subnets=[subnet],
        scalingConfig={"minSize": 0, "desiredSize": 2, "maxSize": 4},
        **more,
    )
    return str(made["nodegroup"]["resources"]["autoScalingGroups"][0]["name"])


@pytest.mark.parametrize("own_template", [True, False])
def test_a_node_group_has_its_auto_scaling_group(
    own_template: bool, address: str, account: str, subnet: str, cluster: Any, ec2: Any
) -> None:
    scaling = client("autoscaling", address, account)
    more = {"launchTemplate": {"id": template(ec2), "version": "1"}} if own_template else {}
    name = node_group(cluster, account, subnet, **more)
    [group] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert group["AutoScalingGroupName"] == name
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (0, 2, 4)
    assert group["Instances"] == []  # the local cloud has no nodes
    tags = {t["Key"]: t["Value"] for t in group["Tags"]}
    assert tags["eks:nodegroup-name"] == "gpu"
    assert tags["k8s.io/cluster-autoscaler/c"] == "owned"
    changed = {"minSize": 1, "desiredSize": 1, "maxSize": 9}
    cluster.update_nodegroup_config(clusterName="c", nodegroupName="gpu", scalingConfig=changed)
    [group] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (1, 1, 9)
    cluster.delete_nodegroup(clusterName="c", nodegroupName="gpu")
    assert scaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    left = [t["LaunchTemplateName"] for t in ec2.describe_launch_templates()["LaunchTemplates"]]
    assert left == (["nodes"] if own_template else [])


def test_a_model_pattern_with_a_stray_anchor_still_judges() -> None:
    pattern = r"^arn:aws([a-z-]+)?:ec2:[a-z\d-]+:\d{12}:placement-group/^.{1,255}$"
    assert matches(pattern, "arn:aws:ec2:eu-west-1:111111111111:placement-group/fabric")
    assert not matches(pattern, "arn:aws:ec2:eu-west-1:111111111111:placement-group/")
    assert not matches(pattern, json.dumps("fabric"))
