"""Security groups, and their rules both inside the group and as resources of their own."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.tagging import EC2
from groundway_local.provider.values import State

_EVERYTHING = "-1"
_SIDES = {
    "ingress": ("authorize_security_group_ingress", "revoke_security_group_ingress"),
    "egress": ("authorize_security_group_egress", "revoke_security_group_egress"),
}


def _permission(rule: State, group: str) -> Arguments:
    """An inline rule as the API's IpPermission."""
    out: Arguments = {"IpProtocol": rule.get("protocol") or _EVERYTHING}
    if out["IpProtocol"] != _EVERYTHING:
        out |= {"FromPort": int(rule["from_port"]), "ToPort": int(rule["to_port"])}
    text = {"Description": rule["description"]} if rule.get("description") else {}
    groups = [*(rule.get("security_groups") or []), *([group] if rule.get("self") else [])]
    out["IpRanges"] = [{"CidrIp": c, **text} for c in rule.get("cidr_blocks") or []]
    out["Ipv6Ranges"] = [{"CidrIpv6": c, **text} for c in rule.get("ipv6_cidr_blocks") or []]
    out["PrefixListIds"] = [{"PrefixListId": p, **text} for p in rule.get("prefix_list_ids") or []]
    out["UserIdGroupPairs"] = [{"GroupId": g, **text} for g in groups]
    return {k: v for k, v in out.items() if v != []}


def _clear(api: Api, group: str) -> None:
    """A new group lets everything out; Terraform's reading of no rules is that nothing passes."""
    found = api.call("describe_security_groups", GroupIds=[group])["SecurityGroups"][0]
    for member, side in (("IpPermissions", "ingress"), ("IpPermissionsEgress", "egress")):
        if found[member]:
            api.call(_SIDES[side][1], GroupId=group, IpPermissions=found[member])


def _change_rules(api: Api, prior: State, planned: State) -> None:
    group = planned["id"]
    if not prior:
        _clear(api, group)
    for side, (authorize, revoke) in _SIDES.items():
        new = planned.get(side)
        if not isinstance(new, list):
            continue
        old = prior.get(side) or []
        for operation, rules in (
            (revoke, [r for r in old if r not in new]),
            (authorize, [r for r in new if r not in old]),
        ):
            if rules:
                api.call(operation, GroupId=group, IpPermissions=[_permission(r, group) for r in rules])


def _rules(member: str) -> Via:
    """The API groups sources by ports, Terraform by ports and description."""

    def read(answer: dict[str, Any]) -> list[State]:
        rules: dict[tuple[Any, ...], State] = {}
        for permission in answer.get(member, []):
            for key, attribute, source in _sources(permission):
                rule = rules.setdefault((*_ports(permission), source.get("Description", "")), _no_sources())
                if key == "GroupId" and source[key] == answer["GroupId"]:
                    rule["self"] = True
                else:
                    rule[attribute].append(source[key])
        return [
            {"protocol": k[0], "from_port": k[1], "to_port": k[2], "description": k[3], **rule}
            for k, rule in rules.items()
        ]

    return Via(read=read)


def _sources(permission: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (key, attribute, source)
        for member, key, attribute in (
            ("IpRanges", "CidrIp", "cidr_blocks"),
            ("Ipv6Ranges", "CidrIpv6", "ipv6_cidr_blocks"),
            ("PrefixListIds", "PrefixListId", "prefix_list_ids"),
            ("UserIdGroupPairs", "GroupId", "security_groups"),
        )
        for source in permission.get(member, [])
    ]


def _ports(permission: dict[str, Any]) -> tuple[str, int, int]:
    if permission["IpProtocol"] == _EVERYTHING:
        return _EVERYTHING, 0, 0
    return permission["IpProtocol"], permission.get("FromPort", 0), permission.get("ToPort", 0)


def _no_sources() -> State:
    return {"cidr_blocks": [], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": False}


def _group(create: Op, **more: Any) -> Spec:
    return Spec(
        "ec2",
        "Group",
        create,
        id="{GroupId}",
        read=(Op("describe_security_groups", {"GroupIds": ["{id}"]}, "SecurityGroups[0]"),),
        update=(Step(tuple(_SIDES), _change_rules, at_creation=True),),
        names={
            "ingress": _rules("IpPermissions"),
            "egress": _rules("IpPermissionsEgress"),
            "arn": "SecurityGroupArn",
        },
        computed={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
        provider_only=("revoke_rules_on_delete",),
        tagging=EC2,
        **more,
    )


def _adopt(_api: Api, planned: State, arguments: Arguments) -> None:
    """The default group exists with its VPC: creating it means to find it."""
    filters = [{"Name": "group-name", "Values": ["default"]}]
    if planned.get("vpc_id"):
        filters.append({"Name": "vpc-id", "Values": [planned["vpc_id"]]})
    arguments |= {"Filters": filters}


# One rule as a resource of its own -----------------------------------------------------------------------------------
_RULE = (
    "cidr_ipv4",
    "cidr_ipv6",
    "description",
    "from_port",
    "to_port",
    "ip_protocol",
    "prefix_list_id",
    "referenced_security_group_id",
)


def _add_permission(_api: Api, planned: State, arguments: Arguments) -> None:
    text = {"Description": planned["description"]} if planned.get("description") else {}
    permission: Arguments = {"IpProtocol": planned["ip_protocol"]}
    for attribute, member in (("from_port", "FromPort"), ("to_port", "ToPort")):
        if planned.get(attribute) is not None:
            permission[member] = int(planned[attribute])
    for attribute, member, key in (
        ("cidr_ipv4", "IpRanges", "CidrIp"),
        ("cidr_ipv6", "Ipv6Ranges", "CidrIpv6"),
        ("prefix_list_id", "PrefixListIds", "PrefixListId"),
        ("referenced_security_group_id", "UserIdGroupPairs", "GroupId"),
    ):
        if planned.get(attribute):
            permission[member] = [{key: planned[attribute], **text}]
    arguments["IpPermissions"] = [permission]


def _modify_rule(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    rule: Arguments = {
        "IpProtocol": planned["ip_protocol"],
        "FromPort": _port(planned.get("from_port")),
        "ToPort": _port(planned.get("to_port")),
        "Description": planned.get("description") or "",
        "CidrIpv4": planned.get("cidr_ipv4"),
        "CidrIpv6": planned.get("cidr_ipv6"),
        "PrefixListId": planned.get("prefix_list_id"),
        "ReferencedGroupId": planned.get("referenced_security_group_id"),
    }
    given = {k: v for k, v in rule.items() if v is not None}
    change = {"SecurityGroupRuleId": planned["id"], "SecurityGroupRule": given}
    api.call("modify_security_group_rules", GroupId=planned["security_group_id"], SecurityGroupRules=[change])


def _port(value: Any) -> int:
    return -1 if value is None else int(value)


def _port_of(member: str) -> Via:
    return Via(read=lambda rule: None if rule.get("IpProtocol") == _EVERYTHING else rule.get(member))


def _rule(side: str) -> Spec:
    authorize, revoke = _SIDES[side]
    return Spec(
        "ec2",
        "SecurityGroupRule",
        Op(authorize, attrs=("security_group_id",), path="SecurityGroupRules[0]"),
        id="{SecurityGroupRuleId}",
        prepare=Prepare(_RULE, _add_permission),
        read=(Op("describe_security_group_rules", {"SecurityGroupRuleIds": ["{id}"]}, "SecurityGroupRules[0]"),),
        update=(Step(_RULE, _modify_rule),),
        delete=Op(revoke, {"GroupId": "{security_group_id}", "SecurityGroupRuleIds": ["{id}"]}),
        names={
            "security_group_id": "GroupId",
            "referenced_security_group_id": Via(read="ReferencedGroupInfo.GroupId"),
            "from_port": _port_of("FromPort"),
            "to_port": _port_of("ToPort"),
        },
        computed={"arn": "arn:aws:ec2:{region}:{account}:security-group-rule/{id}"},
        tagging=EC2,
        support="patched",
    )


SPECS = {
    "aws_security_group": _group(
        Op("create_security_group"),
        delete=Op("delete_security_group", {"GroupId": "{id}"}),
        defaults={"description": "Managed by Terraform", "revoke_rules_on_delete": False},
        prefixed={"name": "name_prefix"},
    ),
    "aws_default_security_group": _group(
        Op("describe_security_groups", attrs=(), path="SecurityGroups[0]"),
        prepare=Prepare(("vpc_id",), _adopt),
        defaults={"revoke_rules_on_delete": False},
    ),
    "aws_vpc_security_group_ingress_rule": _rule("ingress"),
    "aws_vpc_security_group_egress_rule": _rule("egress"),
}
