"""moto reads a bucket policy without its conditions, so "deny what is not TLS" would deny everything.

A statement with a condition is therefore left out here: what it would decide on AWS is not rehearsed. Statements
without one still decide.
"""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def get_permission(self: Any, action: str, resource: str) -> Any:
    statements = json.loads(self.policy)["Statement"] if self.policy else []
    decided = [s for s in ([statements] if isinstance(statements, dict) else statements) if not s.get("Condition")]
    if not decided:
        return PermissionResult.NEUTRAL
    policy = json.dumps({"Version": "2012-10-17", "Statement": decided})
    return IAMPolicy(policy).is_action_permitted(action, resource)


def apply() -> None:
    FakeBucket.get_permission = get_permission
