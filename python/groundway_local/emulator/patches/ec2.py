"""EC2: descriptions of rules between security groups."""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule

modify = EC2Backend.modify_security_group_rules


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


def apply() -> None:
    SecurityGroupRule.description = property(description)
    EC2Backend.modify_security_group_rules = modify_security_group_rules
