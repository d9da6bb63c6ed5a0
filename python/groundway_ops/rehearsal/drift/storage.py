"""Changes to buckets, tables, databases and image repositories behind Terraform's back."""

from groundway_ops.rehearsal.drift.change import Clients, Drift, State, anything


def _scanned(state: State) -> bool:
    return any(c["scan_on_push"] for c in state["image_scanning_configuration"])


def _recoverable(state: State) -> bool:
    return any(r["enabled"] for r in state["point_in_time_recovery"])


def _encrypt_otherwise(aws: Clients, state: State) -> None:
    ((used,),) = (rule["apply_server_side_encryption_by_default"] for rule in state["rule"])
    other = "aws:kms" if used["sse_algorithm"] == "AES256" else "AES256"
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": other}}
    aws("s3").put_bucket_encryption(Bucket=state["bucket"], ServerSideEncryptionConfiguration={"Rules": [rule]})


def _hold_otherwise(aws: Clients, state: State) -> None:
    ((held,),) = (rule["default_retention"] for rule in state["rule"])
    retention = {"Mode": held["mode"], "Days": (held["days"] or 0) + 1}
    aws("s3").put_object_lock_configuration(
        Bucket=state["bucket"],
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}},
    )


DRIFTS = (
    Drift(
        "aws_s3_bucket",
        "every tag removed",
        lambda aws, s: aws("s3").delete_bucket_tagging(Bucket=s["bucket"]),
        "tags",
        when=lambda s: bool(s["tags_all"]),
    ),
    Drift(
        "aws_s3_bucket_versioning",
        "versioning suspended",
        lambda aws, s: aws("s3").put_bucket_versioning(
            Bucket=s["bucket"], VersioningConfiguration={"Status": "Suspended"}
        ),
        "versioning_configuration",
    ),
    Drift(
        "aws_s3_bucket_server_side_encryption_configuration",
        "another encryption",
        _encrypt_otherwise,
        "rule",
    ),
    Drift(
        "aws_s3_bucket_public_access_block",
        "public access no longer blocked",
        lambda aws, s: aws("s3").put_public_access_block(
            Bucket=s["bucket"],
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": False,
                "IgnorePublicAcls": False,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": False,
            },
        ),
        "block_public_policy",
    ),
    Drift(
        "aws_s3_bucket_policy",
        "the bucket policy deleted",
        lambda aws, s: aws("s3").delete_bucket_policy(Bucket=s["bucket"]),
    ),
    Drift(
        "aws_s3_bucket_lifecycle_configuration",
        "the lifecycle rules deleted",
        lambda aws, s: aws("s3").delete_bucket_lifecycle(Bucket=s["bucket"]),
    ),
    Drift(
        "aws_s3_bucket_ownership_controls",
        "ownership given to the writers",
        lambda aws, s: aws("s3").put_bucket_ownership_controls(
            Bucket=s["bucket"], OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        "rule",
    ),
    Drift(
        "aws_s3_bucket_logging",
        "access logs off",
        lambda aws, s: aws("s3").put_bucket_logging(Bucket=s["bucket"], BucketLoggingStatus={}),
    ),
    Drift(
        "aws_s3_bucket_object_lock_configuration",
        "objects are held for another time",
        _hold_otherwise,
        "rule",
    ),
    Drift(
        "aws_dynamodb_table",
        "point-in-time recovery off",
        lambda aws, s: aws("dynamodb").update_continuous_backups(
            TableName=s["name"], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
        ),
        "point_in_time_recovery",
        when=_recoverable,
    ),
    Drift(
        "aws_dynamodb_table",
        "deletion protection turned over",
        lambda aws, s: aws("dynamodb").update_table(
            TableName=s["name"], DeletionProtectionEnabled=not s["deletion_protection_enabled"]
        ),
        "deletion_protection_enabled",
    ),
    Drift(
        "aws_db_instance",
        "backups kept for another time",
        lambda aws, s: aws("rds").modify_db_instance(
            DBInstanceIdentifier=s["identifier"],
            BackupRetentionPeriod=s["backup_retention_period"] + 1,
            ApplyImmediately=True,
        ),
        "backup_retention_period",
    ),
    Drift(
        "aws_db_instance",
        "deletion protection turned over",
        lambda aws, s: aws("rds").modify_db_instance(
            DBInstanceIdentifier=s["identifier"],
            DeletionProtection=not s["deletion_protection"],
            ApplyImmediately=True,
        ),
        "deletion_protection",
    ),
    Drift(
        "aws_ecr_repository",
        "tags can be moved",
        lambda aws, s: aws("ecr").put_image_tag_mutability(repositoryName=s["name"], imageTagMutability="MUTABLE"),
        "image_tag_mutability",
        when=lambda s: s["image_tag_mutability"] != "MUTABLE",
    ),
    Drift(
        "aws_ecr_repository",
        "images are no longer scanned",
        lambda aws, s: aws("ecr").put_image_scanning_configuration(
            repositoryName=s["name"], imageScanningConfiguration={"scanOnPush": False}
        ),
        "image_scanning_configuration",
        when=_scanned,
    ),
    Drift(
        "aws_ecr_lifecycle_policy",
        "the lifecycle policy deleted",
        lambda aws, s: aws("ecr").delete_lifecycle_policy(repositoryName=s["repository"]),
    ),
    Drift(
        "aws_ecr_repository_policy",
        "anybody may pull",
        lambda aws, s: aws("ecr").set_repository_policy(
            repositoryName=s["repository"], policyText=anything("ecr:BatchGetImage", "*", "*")
        ),
        "policy",
    ),
    Drift(
        "aws_glue_catalog_database",
        "the description changed",
        lambda aws, s: aws("glue").update_database(
            Name=s["name"], DatabaseInput={"Name": s["name"], "Description": "somebody else's"}
        ),
        "description",
    ),
    Drift(
        "aws_athena_workgroup",
        "queries may write elsewhere",
        lambda aws, s: aws("athena").update_work_group(
            WorkGroup=s["name"], ConfigurationUpdates={"EnforceWorkGroupConfiguration": False}
        ),
        "configuration",
        when=lambda s: any(c["enforce_workgroup_configuration"] for c in s["configuration"]),
    ),
    Drift(
        "aws_ecr_pull_through_cache_rule",
        "a cache of other people's images deleted",
        lambda aws, s: aws("ecr").delete_pull_through_cache_rule(ecrRepositoryPrefix=s["ecr_repository_prefix"]),
    ),
    Drift(
        "aws_ecr_repository_creation_template",
        "tags of cached images can be moved",
        lambda aws, s: aws("ecr").update_repository_creation_template(prefix=s["prefix"], imageTagMutability="MUTABLE"),
        "image_tag_mutability",
        when=lambda s: s["image_tag_mutability"] != "MUTABLE",
    ),
)
