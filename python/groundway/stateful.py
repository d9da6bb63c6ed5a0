"""Resource types that hold what cannot be made again. Outside dev they are never destroyed without an explicit word."""

STATEFUL = frozenset(
    {
        "aws_bcmdataexports_export",
        "aws_cloudtrail",
        "aws_db_instance",
        "aws_dynamodb_table",
        "aws_ecr_repository",
        "aws_glue_catalog_database",
        "aws_kms_key",
        "aws_prometheus_workspace",
        "aws_s3_bucket",
        "aws_sagemaker_feature_group",
        "aws_sagemaker_model_package_group",
    }
)
