"""Customer-managed KMS keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws


@dataclass(frozen=True, kw_only=True)
class KeyProps:
    """`name` becomes the alias. `logs_region`: CloudWatch Logs there may use the key; `publishers`: services that
    send encrypted messages."""

    name: str
    description: str
    account: str
    partition: str = "aws"
    deletion_window_days: int = 30
    logs_region: str | None = None
    publishers: Sequence[str] = ()


class Key(Construct):
    """A key with yearly rotation and an alias. IAM policies of the account decide who may use it."""

    def __init__(self, scope: Construct, id: str, props: KeyProps) -> None:
        super().__init__(scope, id)
        self.key = aws.kms_key.KmsKey(
            self,
            "key",
            description=props.description,
            enable_key_rotation=True,
            deletion_window_in_days=props.deletion_window_days,
            policy=iam.document(*_statements(props)),
        )
        aws.kms_alias.KmsAlias(self, "alias", name=f"alias/{props.name}", target_key_id=self.key.key_id)
        self.arn: str = self.key.arn


def _statements(props: KeyProps) -> list[iam.Statement]:
    """In a key policy the resource `*` means this key."""
    root = {"AWS": f"arn:{props.partition}:iam::{props.account}:root"}
    statements: list[iam.Statement] = [
        {"Sid": "AccountDecides", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    ]
    if region := props.logs_region:
        groups = f"arn:{props.partition}:logs:{region}:{props.account}:log-group:*"
        statements.append(
            iam.allow_service(
                "EncryptLogs",
                [f"logs.{region}.amazonaws.com"],
                ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                ["*"],
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
    if props.publishers:
        statements.append(
            iam.allow_service(
                "EncryptMessages",
                props.publishers,
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                ["*"],
                {"StringEquals": {"aws:SourceAccount": props.account}},
            )
        )
    return statements
