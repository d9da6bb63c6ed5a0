"""The feature store's AWS side: a DynamoDB table for online values, a Glue database for the offline catalog."""

from dataclasses import dataclass

from groundway import environment
from infra.buckets import Bucket
from infra.cdk import Construct, aws
from infra.protection import keep
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class FeatureStoreProps:
    site: Site
    key_arn: str
    bucket: Bucket
    online: environment.OnlineTable
    protect: bool = False


class FeatureStore(Construct):
    def __init__(self, scope: Construct, id: str, props: FeatureStoreProps) -> None:
        super().__init__(scope, id)
        dynamodb = aws.dynamodb_table
        self.table = dynamodb.DynamodbTable(
            self,
            "online",
            name=f"{props.site.prefix}-features-online",
            billing_mode="PAY_PER_REQUEST",
            hash_key="entity_id",
            attribute=[dynamodb.DynamodbTableAttribute(name="entity_id", type="S")],
            point_in_time_recovery=dynamodb.DynamodbTablePointInTimeRecovery(
                enabled=props.online.point_in_time_recovery
            ),
            server_side_encryption=dynamodb.DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=props.key_arn),
            ttl=dynamodb.DynamodbTableTtl(attribute_name="expires_at", enabled=True),
            deletion_protection_enabled=props.online.deletion_protection,
            lifecycle=keep(props.protect),
        )
        self.database = aws.glue_catalog_database.GlueCatalogDatabase(
            self,
            "catalog",
            name=f"{props.site.prefix.replace('-', '_')}_features",  # Athena takes no hyphens
            description="Offline features, Parquet on S3",
            location_uri=f"s3://{props.bucket.name}/offline/",
            lifecycle=keep(props.protect),
        )
        self.bucket = props.bucket
        self.table_name: str = self.table.name
        self.table_arn: str = self.table.arn
        self.database_name: str = self.database.name
        self.database_arn: str = self.database.arn
