"""A tag changed, on a resource of any type: what a type gets that no line of the table covers."""

import re
from collections.abc import Mapping
from typing import Any

from groundway_ops.rehearsal.drift.change import Clients, State

# Where an ARN says another name than boto3.
SERVICES = {"access-analyzer": "accessanalyzer", "aps": "amp", "airflow": "mwaa", "elasticloadbalancing": "elbv2"}
OPERATIONS = ("TagResource", "AddTags", "AddTagsToResource", "TagQueue")
EC2_ID = re.compile(r"[a-z]+-[0-9a-f]{8,17}")
OTHER = "changed-behind-the-back"


def taggable(state: State) -> bool:
    """Whether a resource has tags, and a name by which its service knows it."""
    known = bool(state.get("arn")) or bool(EC2_ID.fullmatch(str(state.get("id"))))
    return known and bool(state.get("tags_all") or state.get("tags"))


def retag(aws: Clients, state: State) -> None:
    """Give the first tag of a resource another value. Raises `LookupError` when its service has no way to."""
    key = sorted(state.get("tags_all") or state["tags"])[0]
    _, _, service, _, _, resource = str(state.get("arn") or "::ec2:::").split(":", 5)  # some of EC2 have an id only
    if service == "ec2":
        aws("ec2").create_tags(Resources=[state["id"]], Tags=[{"Key": key, "Value": OTHER}])
    elif service == "iam":
        _retag_iam(aws("iam"), state, resource.split("/")[0], [{"Key": key, "Value": OTHER}])
    elif service == "s3":
        tags = {**state["tags_all"], key: OTHER}
        tag_set = [{"Key": k, "Value": v} for k, v in tags.items()]
        aws("s3").put_bucket_tagging(Bucket=state["bucket"], Tagging={"TagSet": tag_set})
    elif service == "ssm":
        kind = resource.split("/")[0].capitalize()
        aws("ssm").add_tags_to_resource(ResourceType=kind, ResourceId=state["id"], Tags=[{"Key": key, "Value": OTHER}])
    else:
        _retag_any(aws(SERVICES.get(service, service)), state, {key: OTHER})


def _retag_iam(iam: Any, state: State, kind: str, tags: list[dict[str, str]]) -> None:
    if kind == "role":
        iam.tag_role(RoleName=state["name"], Tags=tags)
    elif kind == "policy":
        iam.tag_policy(PolicyArn=state["arn"], Tags=tags)
    elif kind == "instance-profile":
        iam.tag_instance_profile(InstanceProfileName=state["name"], Tags=tags)
    elif kind == "oidc-provider":
        iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=state["arn"], Tags=tags)
    else:
        raise LookupError(f"no way is known to tag a {kind}")


def _retag_any(client: Any, state: State, tags: Mapping[str, str]) -> None:
    """Most services name it alike; how they want ARN and tags is read from their API model."""
    model = client.meta.service_model
    name = next((n for n in OPERATIONS if n in model.operation_names), None)
    if name is None:
        raise LookupError(f"{model.service_name} has no operation that is known to tag")
    given: dict[str, Any] = {}
    for member, shape in model.operation_model(name).input_shape.members.items():
        if "tags" in member.lower():
            given[member] = dict(tags) if shape.type_name == "map" else _listed(shape, tags)
        elif shape.type_name == "string":
            given[member] = state["url"] if member == "QueueUrl" else state["arn"]
    getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())(**given)


def _listed(shape: Any, tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as a list of pairs, whose members services name Key, key or TagKey."""
    names = list(shape.member.members)
    key = next(n for n in names if n.lower().endswith("key"))
    value = next(n for n in names if n.lower().endswith("value"))
    return [{key: k, value: v} for k, v in tags.items()]
