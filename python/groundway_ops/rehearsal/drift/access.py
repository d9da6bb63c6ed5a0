"""Changes to roles, policies and keys behind Terraform's back."""

from groundway_ops.rehearsal.drift.change import ANYBODY, EVERYTHING, Drift, State, anything


def _root(state: State) -> str:
    """The whole account that a resource is in."""
    _, partition, _, _, account = str(state["arn"]).split(":")[:5]
    return f"arn:{partition}:iam::{account}:root"


DRIFTS = (
    Drift(
        "aws_iam_role",
        "anybody may assume it",
        lambda aws, s: aws("iam").update_assume_role_policy(RoleName=s["name"], PolicyDocument=ANYBODY),
        "assume_role_policy",
    ),
    Drift(
        "aws_iam_role",
        "the permission boundary removed",
        lambda aws, s: aws("iam").delete_role_permissions_boundary(RoleName=s["name"]),
        "permissions_boundary",
        when=lambda s: bool(s["permissions_boundary"]),
    ),
    Drift(
        "aws_iam_role",
        "sessions of twelve hours",
        lambda aws, s: aws("iam").update_role(RoleName=s["name"], MaxSessionDuration=43200),
        "max_session_duration",
        when=lambda s: s["max_session_duration"] != 43200,
    ),
    Drift(
        "aws_iam_role_policy",
        "the policy widened to everything",
        lambda aws, s: aws("iam").put_role_policy(RoleName=s["role"], PolicyName=s["name"], PolicyDocument=EVERYTHING),
        "policy",
    ),
    Drift(
        "aws_iam_policy",
        "the policy widened to everything",
        lambda aws, s: aws("iam").create_policy_version(
            PolicyArn=s["arn"], PolicyDocument=EVERYTHING, SetAsDefault=True
        ),
        "policy",
    ),
    Drift(
        "aws_iam_role_policy_attachment",
        "a policy detached",
        lambda aws, s: aws("iam").detach_role_policy(RoleName=s["role"], PolicyArn=s["policy_arn"]),
    ),
    Drift(
        "aws_iam_openid_connect_provider",
        "another audience let in",
        lambda aws, s: aws("iam").add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=s["arn"], ClientID="stranger"
        ),
        "client_id_list",
    ),
    Drift(
        "aws_iam_instance_profile",
        "the role taken out",
        lambda aws, s: aws("iam").remove_role_from_instance_profile(InstanceProfileName=s["name"], RoleName=s["role"]),
        "role",
        when=lambda s: bool(s["role"]),
    ),
    Drift(
        "aws_kms_key",
        "rotation switched off",
        lambda aws, s: aws("kms").disable_key_rotation(KeyId=s["key_id"]),
        "enable_key_rotation",
        when=lambda s: s["enable_key_rotation"],
    ),
    Drift(
        "aws_kms_key",
        "the key policy replaced",
        lambda aws, s: aws("kms").put_key_policy(
            KeyId=s["key_id"], PolicyName="default", Policy=anything("kms:*", "*", _root(s))
        ),
        "policy",
    ),
    Drift("aws_kms_key", "the key disabled", lambda aws, s: aws("kms").disable_key(KeyId=s["key_id"]), "is_enabled"),
    Drift("aws_kms_alias", "the alias deleted", lambda aws, s: aws("kms").delete_alias(AliasName=s["name"])),
)
