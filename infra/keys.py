"""Customer-managed KMS keys: one a purpose, with a policy that separates who administers a key from who uses it."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.protection import keep
from infra.site import Site

# What it takes to manage a key; nothing here reads or writes what the key protects.
ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:ListKeyRotations",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


@dataclass(frozen=True, kw_only=True)
class KeyProps:
    """`name` becomes the alias. `services`: those through which principals of the account may use the key.

    Services that use it by themselves: CloudWatch Logs with `logs`; `publishers` send encrypted messages; CloudTrail
    with `trail_arn`, for that trail.
    """

    site: Site
    name: str
    description: str
    services: Sequence[str] = ()
    logs: bool = False
    publishers: Sequence[str] = ()
    trail_arn: str | None = None
    deletion_window_days: int = 30
    protect: bool = False


class Key(Construct):
    """A key with yearly rotation and an alias."""

    def __init__(self, scope: Construct, id: str, props: KeyProps) -> None:
        super().__init__(scope, id)
        self.key = aws.kms_key.KmsKey(
            self,
            "key",
            description=props.description,
            enable_key_rotation=True,
            deletion_window_in_days=props.deletion_window_days,
            policy=iam.document(*_statements(props)),
            lifecycle=keep(props.protect),
        )
        aws.kms_alias.KmsAlias(self, "alias", name=f"alias/{props.name}", target_key_id=self.key.key_id)
        self.arn: str = self.key.arn


def _statements(props: KeyProps) -> list[iam.Statement]:
    return [*_of_the_account(props), *_of_services(props)]


def _of_the_account(props: KeyProps) -> list[iam.Statement]:
    """The root principal stands for the account: what is allowed here, its IAM policies may hand on, nothing else.

    Without administration in their hands, a key whose administrators are gone could never be managed again.
    """
    account = {"AWS": props.site.global_arn("iam", "root")}
    through = {"StringEquals": {"kms:ViaService": [f"{s}.{props.site.region}.amazonaws.com" for s in props.services]}}
    statements = [iam.allow("Administer", ADMINISTRATION, ["*"])]  # in a key policy, `*` is this key
    if props.services:
        statements += [
            iam.allow("UseThroughServices", USE, ["*"], through),
            # Databases, tables, clusters and volumes keep using the key by a grant, made as they are created.
            iam.allow("GrantToServices", ["kms:CreateGrant"], ["*"], {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        ]
    return [{**s, "Principal": account} for s in statements]


def _of_services(props: KeyProps) -> list[iam.Statement]:
    """What services do by themselves, each for this account only."""
    statements: list[iam.Statement] = []
    if props.logs:
        statements.append(
            iam.allow_service(
                "EncryptLogs",
                [f"logs.{props.site.region}.amazonaws.com"],
                [*USE, "kms:DescribeKey"],
                ["*"],
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": props.site.arn("logs", "log-group:*")}},
            )
        )
    if props.publishers:
        statements.append(
            iam.allow_service(
                "EncryptMessages",
                props.publishers,
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                ["*"],
                {"StringEquals": {"aws:SourceAccount": props.site.account}},
            )
        )
    if props.trail_arn:
        statements.append(
            iam.allow_service(
                "EncryptTrail",
                ["cloudtrail.amazonaws.com"],
                ["kms:GenerateDataKey*", "kms:DescribeKey"],
                ["*"],
                {"StringEquals": {"aws:SourceArn": props.trail_arn}},
            )
        )
    return statements
