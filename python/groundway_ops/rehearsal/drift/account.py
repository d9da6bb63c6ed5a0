"""Changes to what holds for a whole account behind Terraform's back."""

from groundway_ops.rehearsal.drift.change import Clients, Drift, State

PASSWORDS = {
    "MaxPasswordAge": "max_password_age",
    "PasswordReusePrevention": "password_reuse_prevention",
    "HardExpiry": "hard_expiry",
    "AllowUsersToChangePassword": "allow_users_to_change_password",
    "RequireSymbols": "require_symbols",
    "RequireNumbers": "require_numbers",
    "RequireLowercaseCharacters": "require_lowercase_characters",
    "RequireUppercaseCharacters": "require_uppercase_characters",
}


def _short_passwords(aws: Clients, state: State) -> None:
    """Everything else stays as it is: what is left out would go back to the default."""
    kept = {member: state[name] for member, name in PASSWORDS.items() if state[name]}
    aws("iam").update_account_password_policy(MinimumPasswordLength=6, **kept)


DRIFTS = (
    Drift(
        "aws_ebs_encryption_by_default",
        "new volumes no longer encrypted",
        lambda aws, _: aws("ec2").disable_ebs_encryption_by_default(),
    ),
    Drift(
        "aws_ebs_snapshot_block_public_access",
        "snapshots may be shared with anybody",
        lambda aws, _: aws("ec2").disable_snapshot_block_public_access(),
    ),
    Drift(
        "aws_ec2_image_block_public_access",
        "images may be shared with anybody",
        lambda aws, _: aws("ec2").disable_image_block_public_access(),
    ),
    Drift(
        "aws_ec2_instance_metadata_defaults",
        "instances may be asked for credentials without a token",
        lambda aws, _: aws("ec2").modify_instance_metadata_defaults(HttpTokens="optional"),
        "http_tokens",
        when=lambda s: s["http_tokens"] != "optional",
    ),
    Drift(
        "aws_iam_account_password_policy",
        "short passwords",
        _short_passwords,
        "minimum_password_length",
        when=lambda s: s["minimum_password_length"] != 6,
    ),
    Drift(
        "aws_s3_account_public_access_block",
        "public access no longer blocked",
        lambda aws, s: aws("s3control").put_public_access_block(
            AccountId=s["account_id"],
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": False,
                "IgnorePublicAcls": False,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": False,
            },
        ),
        "block_public_policy",
        when=lambda s: s["block_public_policy"],
    ),
    Drift(
        "aws_ce_cost_allocation_tag",
        "a cost tag no longer active",
        lambda aws, s: aws("ce").update_cost_allocation_tags_status(
            CostAllocationTagsStatus=[{"TagKey": s["tag_key"], "Status": "Inactive"}]
        ),
    ),
    Drift(
        "aws_ecr_registry_scanning_configuration",
        "the rules of scanning taken away",
        lambda aws, s: aws("ecr").put_registry_scanning_configuration(scanType=s["scan_type"], rules=[]),
        "rule",
        when=lambda s: bool(s["rule"]),
    ),
    Drift(
        "aws_guardduty_detector",
        "the detector suspended",
        lambda aws, s: aws("guardduty").update_detector(DetectorId=s["id"], Enable=False),
        "enable",
        when=lambda s: s["enable"],
    ),
    Drift(
        "aws_guardduty_detector_feature",
        "a feature turned over",
        lambda aws, s: aws("guardduty").update_detector(
            DetectorId=s["detector_id"],
            Features=[{"Name": s["name"], "Status": "DISABLED" if s["status"] == "ENABLED" else "ENABLED"}],
        ),
        "status",
    ),
    Drift(
        "aws_cloudtrail",
        "the trail stopped",
        lambda aws, s: aws("cloudtrail").stop_logging(Name=s["arn"]),
        "enable_logging",
        when=lambda s: s["enable_logging"],
    ),
    Drift(
        "aws_cloudtrail",
        "log files no longer validated",
        lambda aws, s: aws("cloudtrail").update_trail(Name=s["name"], EnableLogFileValidation=False),
        "enable_log_file_validation",
        when=lambda s: s["enable_log_file_validation"],
    ),
)
