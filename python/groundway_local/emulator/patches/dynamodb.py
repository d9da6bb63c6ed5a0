"""DynamoDB: a table's encryption can be changed."""

from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

update_table = DynamoHandler.update_table


def updated_table(self: Any) -> ActionResult:
    encryption = self.body.get("SSESpecification")
    if encryption is not None:
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        table.sse_specification = {**(table.sse_specification or {}), **encryption}
    return update_table(self)


def apply() -> None:
    DynamoHandler.update_table = updated_table
