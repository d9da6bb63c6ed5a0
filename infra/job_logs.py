"""Log groups of SageMaker, whose names it decides, made before it makes them without a key and for ever."""

from infra.cdk import Construct, aws

KINDS = ("ProcessingJobs", "TrainingJobs", "TransformJobs")
GROUPS = "/aws/sagemaker"


class JobLogs(Construct):
    """One an account for each kind of job. An endpoint's group bears its name and cannot be made before."""

    def __init__(self, scope: Construct, id: str, key_arn: str, retention_days: int) -> None:
        super().__init__(scope, id)
        for kind in KINDS:
            aws.cloudwatch_log_group.CloudwatchLogGroup(
                self, kind, name=f"{GROUPS}/{kind}", retention_in_days=retention_days, kms_key_id=key_arn
            )
