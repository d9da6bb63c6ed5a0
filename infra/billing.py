"""The bill: which tags appear on it, and its daily export, as FOCUS 1.2 and as CUR 2.0, to a bucket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from infra import iam
from infra.buckets import Bucket
from infra.cdk import Construct, aws
from infra.protection import keep
from infra.site import Site

QUERIES = Path(__file__).parent / "bill"
FOCUS, CUR = "FOCUS_1_2_AWS", "COST_AND_USAGE_REPORT"
HOME = "us-east-1"  # where Billing lives, whatever the region of the bucket


class CostAllocationTags(Construct):
    """Tags that appear on the bill. AWS refuses one that has not been on anything for a day: see docs/cost-tags.md."""

    def __init__(self, scope: Construct, id: str, keys: Sequence[str]) -> None:
        super().__init__(scope, id)
        self.tags = [
            aws.ce_cost_allocation_tag.CeCostAllocationTag(self, key, tag_key=key, status="Active") for key in keys
        ]


@dataclass(frozen=True, kw_only=True)
class BillExportsProps:
    """`bucket` must let AWS write: `writers` is the statement for its policy."""

    site: Site
    bucket: Bucket
    protect: bool


class BillExports(Construct):
    """Parquet, overwritten at each refresh, under `focus/` and `cur/`."""

    def __init__(self, scope: Construct, id: str, props: BillExportsProps) -> None:
        super().__init__(scope, id)
        # AWS fills in what is left out, so each setting is given. Pod-level costs are in CUR alone.
        settings = {
            "BILLING_VIEW_ARN": props.site.global_arn("billing", "billingview/primary"),
            "INCLUDE_CAPACITY_RESERVATION_DATA": "TRUE",
            "INCLUDE_IAM_PRINCIPAL_DATA": "FALSE",
            "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
            "INCLUDE_RESOURCES": "TRUE",
            "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE",
            "TIME_GRANULARITY": "HOURLY",
        }
        self._export(props, "focus", "The bill as FOCUS 1.2", FOCUS, {"TIME_GRANULARITY": "DAILY"})
        self._export(props, "cur", "The bill as CUR 2.0, with pods and resources", CUR, settings)

    def _export(
        self,
        props: BillExportsProps,
        name: str,
        description: str,
        table: str,
        settings: Mapping[str, str],
    ) -> None:
        export = aws.bcmdataexports_export
        output = export.BcmdataexportsExportExportDestinationConfigurationsS3DestinationS3OutputConfigurations(
            overwrite="OVERWRITE_REPORT", format="PARQUET", compression="PARQUET", output_type="CUSTOM"
        )
        destination = export.BcmdataexportsExportExportDestinationConfigurationsS3Destination(
            s3_bucket=props.bucket.name, s3_prefix=name, s3_region=props.site.region, s3_output_configurations=[output]
        )
        data = export.BcmdataexportsExportExportDataQuery(
            query_statement=query(name), table_configurations={table: dict(settings)}
        )
        export.BcmdataexportsExport(
            self,
            name,
            export=[
                export.BcmdataexportsExportExport(
                    name=f"{props.site.prefix}-{name}",
                    description=description,
                    data_query=[data],
                    destination_configurations=[
                        export.BcmdataexportsExportExportDestinationConfigurations(s3_destination=[destination])
                    ],
                    refresh_cadence=[export.BcmdataexportsExportExportRefreshCadence(frequency="SYNCHRONOUS")],
                )
            ],
            lifecycle=keep(props.protect),
            depends_on=[props.bucket.policy],  # AWS tries to write when the export is made
        )


def query(name: str) -> str:
    """What an export selects, on one line and without its comment."""
    lines = (QUERIES / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return " ".join(" ".join(line for line in lines if not line.startswith("--")).split())


def writers(site: Site, bucket_name: str) -> iam.Statement:
    """For the policy of the bucket: Billing may write there, for exports of this account."""
    home, bucket = replace(site, region=HOME), site.bucket_arn(bucket_name)
    sources = [home.arn("bcm-data-exports", "export/*"), home.arn("cur", "definition/*")]
    return iam.allow_service(
        "WriteTheBill",
        ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"],
        ["s3:PutObject", "s3:GetBucketPolicy"],
        [bucket, f"{bucket}/*"],
        {"StringEquals": {"aws:SourceAccount": site.account}, "ArnLike": {"aws:SourceArn": sources}},
    )
