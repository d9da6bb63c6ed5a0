"""Defaults of an account that hold whatever anybody makes in it: encrypted, private, with the new metadata service."""

from infra.cdk import Construct, aws


class AccountGuards(Construct):
    """Once in an account. New volumes take AWS's own key: with one of ours as default, every service that starts
    instances would need a grant of it, and a volume without would simply fail to attach."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        aws.ebs_encryption_by_default.EbsEncryptionByDefault(self, "encrypted-volumes", enabled=True)
        aws.ebs_snapshot_block_public_access.EbsSnapshotBlockPublicAccess(
            self, "private-snapshots", state="block-all-sharing"
        )
        aws.ec2_image_block_public_access.Ec2ImageBlockPublicAccess(self, "private-images", state="block-new-sharing")
        aws.ec2_instance_metadata_defaults.Ec2InstanceMetadataDefaults(
            self, "metadata", http_tokens="required", http_put_response_hop_limit=1
        )
        aws.s3_account_public_access_block.S3AccountPublicAccessBlock(
            self,
            "private-buckets",
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        # People come through single sign-on. Should anybody make a user all the same, its password is a good one.
        aws.iam_account_password_policy.IamAccountPasswordPolicy(
            self,
            "passwords",
            minimum_password_length=14,
            password_reuse_prevention=24,
            require_lowercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            require_uppercase_characters=True,
            allow_users_to_change_password=True,
        )
