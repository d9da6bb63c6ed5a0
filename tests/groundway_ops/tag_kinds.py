"""Every kind of resource that an emulated account may hold: how it is listed, its tags read, or why it has none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Listed:
    """How one kind is listed, and how its tags are read.

    `found`: of the listing, rows of name, tags, whether it is `excused`, and the VPC or group that it is in.
    `tags`: how they are asked for, where the listing has none: operation, parameter for the name, path.
    `under`: what is listed for, one after the other: operation, path, parameter. `state`: the same from the Terraform
    states, for what the emulator cannot list: type, attribute, parameter. `excused_by`: what tells, if the listing does
    not: operation, parameter, path.
    """

    service: str
    kind: str
    operation: str
    found: str
    tags: tuple[str, str, str] | None = None
    under: tuple[str, str, str] | None = None
    state: tuple[str, str, str] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    arn: str = "{name}"
    excused: str = ""
    excused_by: tuple[str, str, str] | None = None


def _arn(
    service: str, kind: str, operation: str, found: str, path: str = "Tags", by: str = "ResourceArn", **more: Any
) -> Listed:
    return Listed(service, kind, operation, found, ("list_tags_for_resource", by, path), **more)


CLUSTERS = ("list_clusters", "clusters[]", "clusterName")
WORKSPACES = ("list_workspaces", "workspaces[].workspaceId", "workspaceId")
LISTED = (
    Listed("iam", "roles", "list_roles", "Roles[].[RoleName]", ("list_role_tags", "RoleName", "Tags")),
    Listed(
        "iam", "instance_profiles", "list_instance_profiles", "InstanceProfiles[].[InstanceProfileName]",
        ("get_instance_profile", "InstanceProfileName", "InstanceProfile.Tags"),
    ),
    Listed(
        "iam", "managed_policies", "list_policies", "Policies[].[Arn]", ("list_policy_tags", "PolicyArn", "Tags"),
        arguments={"Scope": "Local"},
    ),
    Listed(
        "iam", "open_id_providers", "list_open_id_connect_providers", "OpenIDConnectProviderList[].[Arn]",
        ("list_open_id_connect_provider_tags", "OpenIDConnectProviderArn", "Tags"),
    ),
    Listed(
        "kms", "keys", "list_keys", "Keys[].[KeyId]", ("list_resource_tags", "KeyId", "Tags"),
        excused="AWS's own, such as aws/ebs",
        excused_by=("list_aliases", "KeyId", "Aliases[?starts_with(AliasName, 'alias/aws/')] || `null`"),
    ),
    Listed("s3", "buckets", "list_buckets", "Buckets[].[Name]", ("get_bucket_tagging", "Bucket", "TagSet")),
    Listed(
        "secretsmanager", "secrets", "list_secrets", "SecretList[].[Name, Tags, starts_with(Name, 'rds!')]",
        excused="RDS makes and owns the secret of a database, and tags it itself",
    ),
    _arn(
        "ssm", "_parameters", "describe_parameters", "Parameters[].[Name]", "TagList", by="ResourceId",
        asked={"ResourceType": "Parameter"},
    ),
    Listed("ec2", "vpcs", "describe_vpcs", "Vpcs[?!IsDefault].[VpcId]"),
    Listed("ec2", "subnets", "describe_subnets", "Subnets[?!DefaultForAz].[SubnetId]"),
    Listed("ec2", "groups", "describe_security_groups", "SecurityGroups[].[GroupId, `null`, `null`, VpcId]"),
    Listed(
        "ec2", "groups.SecurityGroupRule", "describe_security_group_rules",
        "SecurityGroupRules[].[SecurityGroupRuleId, `null`, `null`, GroupId]",
    ),
    Listed(
        "ec2", "route_tables", "describe_route_tables",
        "RouteTables[].[RouteTableId, `null`, Associations[0].Main, VpcId]",
        excused="AWS makes the main table with a VPC; nothing uses it, and it costs nothing",
    ),
    Listed(
        "ec2", "network_acls", "describe_network_acls", "NetworkAcls[].[NetworkAclId, `null`, IsDefault, VpcId]",
        excused="AWS makes the default list with a VPC; it costs nothing",
    ),
    Listed("ec2", "route_tables.NatGateway", "describe_nat_gateways", "NatGateways[?State!='deleted'].[NatGatewayId]"),
    Listed(
        "ec2", "route_tables.InternetGateway", "describe_internet_gateways",
        "InternetGateways[].[InternetGatewayId, `null`, `null`, Attachments[0].VpcId]",
    ),
    Listed("ec2", "addresses", "describe_addresses", "Addresses[].[AllocationId]"),
    Listed("ec2", "vpc_end_points", "describe_vpc_endpoints", "VpcEndpoints[].[VpcEndpointId]"),
    Listed("ec2", "flow_logs", "describe_flow_logs", "FlowLogs[].[FlowLogId]"),
    Listed("ec2", "launch_templates", "describe_launch_templates", "LaunchTemplates[].[LaunchTemplateId]"),
    Listed(
        "ec2", "enis", "describe_network_interfaces",
        "NetworkInterfaces[].[NetworkInterfaceId, `null`, !(Attachment.InstanceId)]",
        excused="a NAT gateway's own, which AWS makes and lets nobody change",
    ),
    Listed(
        "ec2", "reservations.Instance", "describe_instances",
        "Reservations[].Instances[].[InstanceId]",
    ),
    Listed("ec2", "volumes", "describe_volumes", "Volumes[].[VolumeId]"),
    Listed("guardduty", "detectors", "list_detectors", "DetectorIds[].[@]", ("get_detector", "DetectorId", "Tags")),
    _arn("logs", "groups", "describe_log_groups", "logGroups[].[logGroupArn || arn]", "tags", by="resourceArn"),
    Listed(
        "cloudtrail", "trails", "describe_trails", "trailList[].[TrailARN]",
        ("list_tags", "ResourceIdList", "ResourceTagList[].TagsList[]"),
    ),
    _arn("ecr", "repositories", "describe_repositories", "repositories[].[repositoryArn]", "tags", by="resourceArn"),
    _arn("events", "event_buses.Rule", "list_rules", "Rules[].[Arn]", by="ResourceARN"),
    Listed(
        "signer", "signing_profiles", "get_signing_profile", "[[profileName, tags]]",
        state=("aws_signer_signing_profile", "name", "profileName"),
    ),
    Listed("sqs", "queues", "list_queues", "QueueUrls[].[@]", ("list_queue_tags", "QueueUrl", "Tags")),
    Listed("eks", "clusters", "list_clusters", "clusters[].[@]", ("describe_cluster", "name", "cluster.tags")),
    Listed(
        "eks", "clusters.Nodegroup", "list_nodegroups", "nodegroups[].[@]",
        ("describe_nodegroup", "nodegroupName", "nodegroup.tags"), CLUSTERS,
    ),
    Listed(
        "eks", "addon", "list_addons", "addons[].[@]", ("describe_addon", "addonName", "addon.tags"), CLUSTERS
    ),
    Listed(
        "eks", "access entry", "list_access_entries", "accessEntries[].[@, `null`, ends_with(@, 'dev-node')]",
        ("describe_access_entry", "principalArn", "accessEntry.tags"), CLUSTERS,
        excused="EKS makes the entry of a node group's role",
    ),
    Listed(
        "eks", "pod identity association", "list_pod_identity_associations",
        "associations[].[associationId, `null`, ownerArn]",
        ("describe_pod_identity_association", "associationId", "association.tags"), CLUSTERS,
        excused="EKS makes and owns those of its add-ons",
    ),
    Listed(
        "autoscaling", "autoscaling_groups", "describe_auto_scaling_groups",
        "AutoScalingGroups[].[AutoScalingGroupName, Tags]",
    ),
    Listed(
        "dynamodb", "tables", "list_tables", "TableNames[].[@]", ("list_tags_of_resource", "ResourceArn", "Tags"),
        arn="arn:aws:dynamodb:{region}:{account}:table/{name}",
    ),
    Listed(
        "sagemaker", "model_package_groups", "list_model_package_groups",
        "ModelPackageGroupSummaryList[].[ModelPackageGroupArn]", ("list_tags", "ResourceArn", "Tags"),
    ),
    Listed(
        "sagemaker", "feature group", "list_feature_groups", "FeatureGroupSummaries[].[FeatureGroupArn]",
        ("list_tags", "ResourceArn", "Tags"),
    ),
    Listed("rds", "databases.DBInstance", "describe_db_instances", "DBInstances[].[DBInstanceArn, TagList]"),
    Listed("rds", "database_snapshots.DBSnapshot", "describe_db_snapshots", "DBSnapshots[].[DBSnapshotArn, TagList]"),
    _arn(
        "rds", "databases.DBSubnetGroup", "describe_db_subnet_groups", "DBSubnetGroups[].[DBSubnetGroupArn]",
        "TagList", by="ResourceName",
    ),
    _arn(
        "rds", "db_parameter_groups.DBParameterGroup", "describe_db_parameter_groups",
        "DBParameterGroups[].[DBParameterGroupArn]", "TagList", by="ResourceName",
    ),
    _arn(
        "rds", "event_subscriptions", "describe_event_subscriptions", "EventSubscriptionsList[].[EventSubscriptionArn]",
        "TagList", by="ResourceName",
    ),
    Listed(
        "glue", "databases", "get_databases", "DatabaseList[].[Name]", ("get_tags", "ResourceArn", "Tags"),
        arn="arn:aws:glue:{region}:{account}:database/{name}",
    ),
    _arn(
        "athena", "work_groups", "list_work_groups", "WorkGroups[?Name!='primary'].[Name]", by="ResourceARN",
        arn="arn:aws:athena:{region}:{account}:workgroup/{name}",
    ),
    _arn("sns", "topics", "list_topics", "Topics[].[TopicArn]"),
    _arn(
        "cloudwatch", "alarms", "describe_alarms", "[MetricAlarms[], CompositeAlarms[]][].[AlarmArn]",
        by="ResourceARN",
    ),
    Listed("amp", "workspaces", "list_workspaces", "workspaces[].[workspaceId, tags]"),
    Listed(
        "amp", "workspaces.RuleGroupNamespace", "list_rule_groups_namespaces",
        "ruleGroupsNamespaces[].[name, tags]", under=WORKSPACES,
    ),
    Listed(
        "amp", "scraper", "describe_scraper", "[scraper.[scraperId, tags]]",
        state=("aws_prometheus_scraper", "id", "scraperId"),
    ),
    Listed("accessanalyzer", "analyzer", "list_analyzers", "analyzers[].[name, tags]"),
    _arn("ce", "anomaly monitor", "get_anomaly_monitors", "AnomalyMonitors[].[MonitorArn]", "ResourceTags"),
    _arn(
        "ce", "anomaly subscription", "get_anomaly_subscriptions", "AnomalySubscriptions[].[SubscriptionArn]",
        "ResourceTags",
    ),
    _arn(
        "budgets", "budgets", "describe_budgets", "Budgets[].[BudgetName]", "ResourceTags", by="ResourceARN",
        arguments={"AccountId": "{account}"}, arn="arn:aws:budgets::{account}:budget/{name}",
    ),
    _arn(
        "budgets", "budget action", "describe_budget_actions_for_account",
        "Actions[].[join('/action/', [BudgetName, ActionId])]", "ResourceTags", by="ResourceARN",
        arguments={"AccountId": "{account}"}, arn="arn:aws:budgets::{account}:budget/{name}",
    ),
)  # fmt: skip

# What AWS has no tags for.
UNTAGGABLE = {
    ("amp", "alert manager definition"): "a setting of its workspace",
    ("ce", "cost allocation tag"): "a setting",
    ("cloudwatch", "dashboards"): "AWS has no tags for dashboards",
    ("ecr", "pull-through cache rule"): "a setting of the registry",
    ("ecr", "repository creation template"): "a setting of the registry",
    ("ec2", "reservations"): "what one launch started; its instances have the tags",
    ("iam", "account_password_policy"): "a setting of the account",
    ("logs", "query definition"): "a saved text",
    ("s3control", "public_access_block"): "a setting of the account",
    ("sns", "subscriptions"): "a setting of its topic",
}
# Parts of what is walked, by their class in the emulator: none is a resource of its own. Others are, and are walked as
# such; here because the emulator counts a thing where it meets it first, such as an instance in a database's subnet.
PARTS = {
    *("AWSManagedPolicy", "Alias", "BlockDeviceType", "DBInstance", "DBLogFile", "Dimension", "DynamoType"),
    *(
        "EventPattern",
        "FakeSecret",
        "FakeTable",
        "Instance",
        "InstancePlacement",
        "InstanceState",
        "Item",
        "LaunchTemplate",
    ),
    *("LaunchTemplateVersion", "LifecycleFilter", "LifecycleRule", "LogFileManager", "MasterUserSecret"),
    *("MetadataOptions", "NetworkAclAssociation", "NetworkAclEntry", "NetworkInterface", "Notification"),
    *("PolicyVersion", "PublicAccessBlock", "RSAPrivateKey", "Role", "Route", "SecurityGroup", "SecurityGroupRule"),
    *("StateReason", "Subnet", "TrailStatus", "VolumeAttachment", "Zone"),
}
