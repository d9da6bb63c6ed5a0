"""What an account has once, in each region or at all. Deleting it sets AWS's own default, which reads as absent."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Arguments, Op, Prepare, Spec, Step, Via
from groundway_local.provider.values import State

_METADATA: dict[str, tuple[str, str | int]] = {
    "http_endpoint": ("HttpEndpoint", "no-preference"),
    "http_put_response_hop_limit": ("HttpPutResponseHopLimit", -1),
    "http_tokens": ("HttpTokens", "no-preference"),
    "instance_metadata_tags": ("InstanceMetadataTags", "no-preference"),
}


def _encrypt(api: Api, _prior: State, planned: State) -> None:
    on = planned.get("enabled") is not False
    api.call("enable_ebs_encryption_by_default" if on else "disable_ebs_encryption_by_default")


def _set_metadata(api: Api, prior: State, planned: State) -> None:
    if prior:
        api.call("modify_instance_metadata_defaults", **_metadata(planned))


def _metadata(planned: State) -> Arguments:
    return {m: type(unset)(planned.get(a) or unset) for a, (m, unset) in _METADATA.items()}


def _first_metadata(_api: Api, planned: State, arguments: Arguments) -> None:
    arguments |= _metadata(planned)


def _account(api: Api, planned: State, arguments: Arguments) -> None:
    arguments["AccountId"] = planned.get("account_id") or api.account


def _set(number: int) -> int | None:
    return number or None


SPECS = {
    "aws_ebs_encryption_by_default": Spec(
        "ec2",
        "",
        Op("get_ebs_encryption_by_default", attrs=()),
        id="{region}",
        read=(Op("get_ebs_encryption_by_default", {}, "[@] | [?EbsEncryptionByDefault] | [0]"),),
        update=(Step(("enabled",), _encrypt, at_creation=True),),
        delete=Op("disable_ebs_encryption_by_default"),
        names={"enabled": Via(read="EbsEncryptionByDefault")},
        defaults={"enabled": True},
    ),
    "aws_ebs_snapshot_block_public_access": Spec(
        "ec2",
        "",
        Op("enable_snapshot_block_public_access"),
        id="{region}",
        read=(Op("get_snapshot_block_public_access_state", {}, "[@] | [?State!='unblocked'] | [0]"),),
        update=(Op("enable_snapshot_block_public_access", attrs=("state",)),),
        delete=Op("disable_snapshot_block_public_access"),
        support="patched",
    ),
    "aws_ec2_image_block_public_access": Spec(
        "ec2",
        "",
        Op("enable_image_block_public_access"),
        id="{region}",
        read=(
            Op(
                "get_image_block_public_access_state",
                {},
                "[@] | [?ImageBlockPublicAccessState!='unblocked'] | [0]",
            ),
        ),
        update=(Op("enable_image_block_public_access", attrs=("state",)),),
        delete=Op("disable_image_block_public_access"),
        names={"state": "ImageBlockPublicAccessState"},
        support="patched",
    ),
    "aws_ec2_instance_metadata_defaults": Spec(
        "ec2",
        "",
        Op("modify_instance_metadata_defaults", attrs=()),
        id="{region}",
        prepare=Prepare(tuple(_METADATA), _first_metadata),
        read=(Op("get_instance_metadata_defaults", {}, "AccountLevel.HttpTokens && AccountLevel"),),
        update=(Step(tuple(_METADATA), _set_metadata),),
        delete=Op("modify_instance_metadata_defaults", dict(_METADATA.values())),
        support="patched",
    ),
    "aws_s3_account_public_access_block": Spec(
        "s3control",
        "",
        Op("put_public_access_block", into="PublicAccessBlockConfiguration"),
        id="{account}",
        prepare=Prepare(("account_id",), _account),
        read=(Op("get_public_access_block", {"AccountId": "{account}"}, "PublicAccessBlockConfiguration"),),
        update=(
            Op(
                "put_public_access_block", {"AccountId": "{account}"}, into="PublicAccessBlockConfiguration", whole=True
            ),
        ),
        delete=Op("delete_public_access_block", {"AccountId": "{account}"}),
        computed={"account_id": "{account}"},
        defaults={
            "block_public_acls": False,
            "block_public_policy": False,
            "ignore_public_acls": False,
            "restrict_public_buckets": False,
        },
        replace=("account_id",),
    ),
    "aws_iam_account_password_policy": Spec(
        "iam",
        "",
        Op("update_account_password_policy"),
        id="iam-account-password-policy",
        read=(Op("get_account_password_policy", {}, "PasswordPolicy"),),
        update=(Op("update_account_password_policy", whole=True),),
        delete=Op("delete_account_password_policy"),
        # answers say 0 where nothing is set; requests must then leave it out
        names={
            "max_password_age": Via("MaxPasswordAge", write=_set),
            "password_reuse_prevention": Via("PasswordReusePrevention", write=_set),
        },
        defaults={"allow_users_to_change_password": True, "minimum_password_length": 6},
    ),
}
