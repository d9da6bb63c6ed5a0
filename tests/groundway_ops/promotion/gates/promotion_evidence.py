"""What bootstrap and stacks make, so that an environment keeps evidence."""

from groundway import signing
from groundway_ops.accounts import Account


def keep_evidence(account: Account) -> None:
    """The key, and the bucket."""
    name, private = account.environment.name, signing.generate("evidence")
    account.client("secretsmanager").create_secret(Name=signing.secret_name(name, "evidence"), SecretString=private)
    account.client("ssm").put_parameter(
        Name=signing.parameter_name(name, "evidence"), Value=signing.public_of(private), Type="String"
    )
    s3, bucket = account.client("s3"), account.environment.bucket_name("evidence")
    where = {"LocationConstraint": account.environment.region}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    s3.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
