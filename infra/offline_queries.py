"""SQL over offline features: an Athena workgroup that says where results go, how they are encrypted, what one costs."""

from dataclasses import dataclass

from infra import iam
from infra.buckets import Bucket
from infra.cdk import Construct, aws
from infra.site import Site

RESULTS = "queries/"
SCAN_LIMIT = 2**40  # bytes a query may read; at 5 USD a TB, about the price of one that forgot its partition
ACTIONS = ("GetQueryExecution", "GetQueryResults", "GetWorkGroup", "StartQueryExecution", "StopQueryExecution")


@dataclass(frozen=True, kw_only=True)
class OfflineQueriesProps:
    """Results go to `bucket`, under `RESULTS`, which the bucket should expire."""

    site: Site
    bucket: Bucket
    key_arn: str
    scan_limit: int = SCAN_LIMIT
    force_destroy: bool = False


class OfflineQueries(Construct):
    """What the workgroup says holds, whatever a query asks for."""

    def __init__(self, scope: Construct, id: str, props: OfflineQueriesProps) -> None:
        super().__init__(scope, id)
        athena = aws.athena_workgroup
        results = athena.AthenaWorkgroupConfigurationResultConfiguration(
            output_location=f"s3://{props.bucket.name}/{RESULTS}",
            expected_bucket_owner=props.site.account,
            encryption_configuration=athena.AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration(
                encryption_option="SSE_KMS", kms_key_arn=props.key_arn
            ),
        )
        group = athena.AthenaWorkgroup(
            self,
            "workgroup",
            name=f"{props.site.prefix}-features",
            description="Offline features",
            configuration=athena.AthenaWorkgroupConfiguration(
                enforce_workgroup_configuration=True,
                publish_cloudwatch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=props.scan_limit,
                result_configuration=results,
            ),
            force_destroy=props.force_destroy,
        )
        self.name: str = group.name
        self.arn: str = group.arn

    def allow(self) -> iam.Statement:
        """What a role needs to ask, besides reading the catalog and the bucket."""
        return iam.allow("Queries", [f"athena:{action}" for action in ACTIONS], [self.arn])
