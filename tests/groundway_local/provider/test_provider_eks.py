"""EKS in the local cloud refuses what EKS refuses: add-on versions, duplicates, principals that are not there."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "%s"}, "Action": "%s"}]}'
EDIT = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
GONE = "arn:aws:iam::111122223333:role/nobody"


@pytest.fixture(scope="module")
def role(cloud: Any) -> Iterator[str]:
    iam = cloud.client("iam")
    trust = TRUST % ("pods.eks.amazonaws.com", "sts:AssumeRole")
    yield iam.create_role(RoleName="eks-tests", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.delete_role(RoleName="eks-tests")


@pytest.fixture
def eks(cloud: Any, role: str) -> Iterator[Any]:
    """A client, and the cluster `tests` of Kubernetes 1.35."""
    client, ec2 = cloud.client("eks"), cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    client.create_cluster(name="tests", version="1.35", roleArn=role, resourcesVpcConfig={"subnetIds": [subnet]})
    client.subnet = subnet
    yield client
    for group in client.list_nodegroups(clusterName="tests")["nodegroups"]:
        client.delete_nodegroup(clusterName="tests", nodegroupName=group)
    client.delete_cluster(name="tests")
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


def refused(call: Any, text: str, **arguments: Any) -> None:
    with pytest.raises(ClientError, match=text):
        call(**arguments)


def test_an_add_on_is_of_a_version_that_is_offered_for_the_cluster(eks: Any) -> None:
    offered = eks.describe_addon_versions(addonName="kube-proxy", kubernetesVersion="1.35")["addons"]
    versions = [v["addonVersion"] for v in offered[0]["addonVersions"]]
    refused(
        eks.create_addon,
        "version specified is not supported",
        clusterName="tests",
        addonName="kube-proxy",
        addonVersion="v1.33.2-eksbuild.1",
    )
    refused(eks.create_addon, "not supported", clusterName="tests", addonName="no-such-addon")
    refused(eks.create_addon, "No cluster found", clusterName="another", addonName="coredns")
    made = eks.create_addon(clusterName="tests", addonName="kube-proxy")["addon"]
    assert made["addonVersion"] == versions[0]  # AWS's default
    refused(eks.create_addon, "already exists", clusterName="tests", addonName="kube-proxy")
    refused(
        eks.update_addon, "not supported", clusterName="tests", addonName="kube-proxy", addonVersion="v1.0.0-eksbuild.1"
    )
    assert eks.list_addons(clusterName="tests")["addons"] == ["kube-proxy"]


def test_an_add_on_owns_its_pod_identities(eks: Any, role: str) -> None:
    wanted = [{"serviceAccount": "aws-node", "roleArn": role}]
    eks.create_addon(clusterName="tests", addonName="vpc-cni", podIdentityAssociations=wanted)
    [association] = eks.list_pod_identity_associations(clusterName="tests")["associations"]
    assert (association["namespace"], association["serviceAccount"]) == ("kube-system", "aws-node")
    refused(
        eks.delete_pod_identity_association,
        "is owned by",
        clusterName="tests",
        associationId=association["associationId"],
    )
    eks.delete_addon(clusterName="tests", addonName="vpc-cni")
    assert eks.list_pod_identity_associations(clusterName="tests")["associations"] == []


def test_a_service_account_has_one_role_and_the_role_is_there(eks: Any, role: str) -> None:
    pods = {"clusterName": "tests", "namespace": "n", "serviceAccount": "s"}
    refused(eks.create_pod_identity_association, "does not exist", **pods, roleArn=GONE)
    eks.create_pod_identity_association(**pods, roleArn=role)
    refused(eks.create_pod_identity_association, "already exists", **pods, roleArn=role)


def test_only_who_is_there_is_let_in_and_once(eks: Any, role: str) -> None:
    entry = {"clusterName": "tests", "principalArn": role}
    refused(eks.create_access_entry, "invalid principal", clusterName="tests", principalArn=GONE)
    refused(eks.create_access_entry, "reserved prefix", **entry, kubernetesGroups=["system:masters"])
    refused(eks.associate_access_policy, "could not be found", **entry, policyArn=EDIT, accessScope={"type": "cluster"})
    eks.create_access_entry(**entry)
    refused(eks.create_access_entry, "already in use", **entry)
    refused(
        eks.associate_access_policy,
        "no such access policy",
        **entry,
        policyArn=EDIT.replace("Edit", "Everything"),
        accessScope={"type": "cluster"},
    )
    refused(eks.associate_access_policy, "names namespaces", **entry, policyArn=EDIT, accessScope={"type": "namespace"})
    eks.associate_access_policy(**entry, policyArn=EDIT, accessScope={"type": "namespace", "namespaces": ["n"]})
    eks.delete_access_entry(**entry)
    refused(eks.list_associated_access_policies, "could not be found", **entry)


def test_the_role_of_a_node_group_is_let_in_and_keeps_the_cluster(eks: Any, role: str) -> None:
    eks.create_nodegroup(
        clusterName="tests",
        nodegroupName="n",
        nodeRole=role,
        subnets=[eks.subnet],
        scalingConfig={"minSize": 0, "maxSize": 1, "desiredSize": 0},
    )
    assert eks.describe_access_entry(clusterName="tests", principalArn=role)["accessEntry"]["type"] == "EC2_LINUX"
    refused(eks.create_access_entry, "already in use", clusterName="tests", principalArn=role)
    refused(eks.delete_cluster, "nodegroups attached", name="tests")


def test_iam_counts_as_aws_does(cloud: Any, role: str) -> None:
    iam = cloud.client("iam")
    allow = '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*"}'

    def policy(count: int) -> str:
        return '{"Version": "2012-10-17", "Statement": [' + ",   ".join(allow % n for n in range(count)) + "]}"

    refused(iam.create_policy, "PolicySize: 6144", PolicyName="large", PolicyDocument=policy(100))
    refused(
        iam.create_role,
        "does not exist or is not attachable",
        RoleName="unbounded",
        AssumeRolePolicyDocument=TRUST % ("ec2.amazonaws.com", "sts:AssumeRole"),
        PermissionsBoundary="arn:aws:iam::111122223333:policy/nothing",
    )
    iam.put_role_policy(RoleName="eks-tests", PolicyName="one", PolicyDocument=policy(90))
    refused(
        iam.put_role_policy, "Maximum policy size", RoleName="eks-tests", PolicyName="two", PolicyDocument=policy(90)
    )
    iam.put_role_policy(RoleName="eks-tests", PolicyName="one", PolicyDocument=policy(91))  # itself does not count
    iam.delete_role_policy(RoleName="eks-tests", PolicyName="one")
