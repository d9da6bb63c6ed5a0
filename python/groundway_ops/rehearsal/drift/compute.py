"""Changes to the cluster and its nodes behind Terraform's back."""

from groundway_ops.rehearsal.drift.change import Clients, Drift, State, anything


def _logs_off(aws: Clients, state: State) -> None:
    off = {"types": sorted(state["enabled_cluster_log_types"]), "enabled": False}
    aws("eks").update_cluster_config(name=state["name"], logging={"clusterLogging": [off]})


def _open_endpoint(aws: Clients, state: State) -> None:
    wide = {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
    aws("eks").update_cluster_config(name=state["name"], resourcesVpcConfig=wide)


def _closed(state: State) -> bool:
    return all("0.0.0.0/0" not in (v["public_access_cidrs"] or ()) for v in state["vpc_config"])


def _larger(aws: Clients, state: State) -> None:
    (size,) = state["scaling_config"]
    scaling = {"minSize": size["min_size"], "desiredSize": size["desired_size"], "maxSize": size["max_size"] + 1}
    aws("eks").update_nodegroup_config(
        clusterName=state["cluster_name"], nodegroupName=state["node_group_name"], scalingConfig=scaling
    )


DRIFTS = (
    Drift(
        "aws_eks_cluster",
        "control plane logs off",
        _logs_off,
        "enabled_cluster_log_types",
        when=lambda s: bool(s["enabled_cluster_log_types"]),
    ),
    Drift("aws_eks_cluster", "the endpoint opened to the world", _open_endpoint, "vpc_config", when=_closed),
    Drift("aws_eks_node_group", "a larger pool", _larger, "scaling_config"),
    Drift(
        "aws_eks_addon",
        "an add-on deleted",
        lambda aws, s: aws("eks").delete_addon(clusterName=s["cluster_name"], addonName=s["addon_name"]),
    ),
    # before the entry, which takes its associations with it
    Drift(
        "aws_eks_access_policy_association",
        "somebody may do less",
        lambda aws, s: aws("eks").disassociate_access_policy(
            clusterName=s["cluster_name"], principalArn=s["principal_arn"], policyArn=s["policy_arn"]
        ),
    ),
    Drift(
        "aws_eks_access_entry",
        "somebody's access taken away",
        lambda aws, s: aws("eks").delete_access_entry(clusterName=s["cluster_name"], principalArn=s["principal_arn"]),
    ),
    Drift(
        "aws_eks_pod_identity_association",
        "pods no longer have their role",
        lambda aws, s: aws("eks").delete_pod_identity_association(
            clusterName=s["cluster_name"], associationId=s["association_id"]
        ),
    ),
    Drift(
        "aws_launch_template",
        "a tag removed",
        lambda aws, s: aws("ec2").delete_tags(Resources=[s["id"]], Tags=[{"Key": next(iter(s["tags_all"]))}]),
        "tags",
        when=lambda s: bool(s["tags_all"]),
    ),
    Drift(
        "aws_sagemaker_model_package_group",
        "the group deleted",
        lambda aws, s: aws("sagemaker").delete_model_package_group(ModelPackageGroupName=s["model_package_group_name"]),
    ),
    Drift(
        "aws_sqs_queue",
        "messages kept for a minute",
        lambda aws, s: aws("sqs").set_queue_attributes(QueueUrl=s["url"], Attributes={"MessageRetentionPeriod": "60"}),
        "message_retention_seconds",
        when=lambda s: s["message_retention_seconds"] != 60,
    ),
    Drift(
        "aws_sqs_queue_policy",
        "anybody may send",
        lambda aws, s: aws("sqs").set_queue_attributes(
            QueueUrl=s["queue_url"], Attributes={"Policy": anything("sqs:SendMessage", "*", "*")}
        ),
        "policy",
    ),
    Drift(
        "aws_autoscaling_group_tag",
        "a tag of what the group starts removed",
        lambda aws, s: aws("autoscaling").delete_tags(
            Tags=[
                {
                    "ResourceId": s["autoscaling_group_name"],
                    "ResourceType": "auto-scaling-group",
                    "Key": s["tag"][0]["key"],
                }
            ]
        ),
    ),
    Drift(
        "aws_placement_group",
        "a tag removed",
        lambda aws, s: aws("ec2").delete_tags(
            Resources=[s["placement_group_id"]], Tags=[{"Key": next(iter(s["tags_all"]))}]
        ),
        "tags",
        when=lambda s: bool(s["tags_all"]),
    ),
    Drift(
        "aws_sagemaker_model_package_group_policy",
        "anybody may read the models",
        lambda aws, s: aws("sagemaker").put_model_package_group_policy(
            ModelPackageGroupName=s["model_package_group_name"],
            ResourcePolicy=anything("sagemaker:DescribeModelPackage", "*", "*"),
        ),
        "resource_policy",
    ),
)
