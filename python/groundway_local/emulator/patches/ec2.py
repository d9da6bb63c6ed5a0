"""EC2: descriptions of rules between security groups; the routes of a gateway endpoint that changes its tables."""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule

modify = EC2Backend.modify_security_group_rules
modify_endpoint = EC2Backend.modify_vpc_endpoint


def description(self: Any) -> str | None:
    text = self.ip_range.get("Description") or self.source_group.get("Description")
    return str(text) if text else None


def modify_security_group_rules(self: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
    modify(self, group_id, rules)
    group = self.get_security_group_by_name_or_id(group_id)
    for rule_id, new in rules.items():
        rule = group.get_rule(rule_id)
        if rule.source_group and new.get("Description") is not None:
            rule.source_group["Description"] = new["Description"]


def modify_vpc_endpoint(self: Any, vpc_id: str, *arguments: Any, **named: Any) -> None:
    endpoint = self.describe_vpc_endpoints(vpc_end_point_ids=[vpc_id])[0]
    before = set(endpoint.route_table_ids or [])
    modify_endpoint(self, vpc_id, *arguments, **named)
    after, prefixes = set(endpoint.route_table_ids or []), endpoint.destination_prefix_list_id
    for table in before - after:
        self.delete_route(table, prefixes)
    for table in after - before:
        self.create_route(table, None, None, gateway_id=endpoint.id, destination_prefix_list_id=prefixes)


def apply() -> None:
    EC2Backend.modify_vpc_endpoint = modify_vpc_endpoint
    SecurityGroupRule.description = property(description)
    EC2Backend.modify_security_group_rules = modify_security_group_rules
