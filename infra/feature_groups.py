"""SageMaker feature groups: the alternative to Feast, for features that SageMaker jobs share."""

from collections.abc import Mapping
from dataclasses import dataclass

from groundway.environment import FeatureGroup
from infra import iam
from infra.buckets import Bucket
from infra.cdk import Construct, aws
from infra.identity import Role, RoleProps
from infra.protection import keep
from infra.site import Site

PREFIX = "feature-groups/"
TYPES = {"string": "String", "integral": "Integral", "fractional": "Fractional"}


@dataclass(frozen=True, kw_only=True)
class FeatureGroupsProps:
    """Offline records go to `bucket`, under `PREFIX`, and are tables of the Glue `database`.

    `online_days`: how long the online store keeps a record that is not written again.
    """

    site: Site
    groups: Mapping[str, FeatureGroup]
    bucket: Bucket
    database: str
    key_arn: str
    boundary_arn: str
    online_days: int = 90
    protect: bool = False


class FeatureGroups(Construct):
    """`names` of the groups; `arns` for whoever reads and writes their records. Without groups there is nothing."""

    def __init__(self, scope: Construct, id: str, props: FeatureGroupsProps) -> None:
        super().__init__(scope, id)
        self._props = props
        role = self._role() if props.groups else None
        made = [self._group(name, group, role) for name, group in props.groups.items() if role]
        self.names: tuple[str, ...] = tuple(g.feature_group_name for g in made)
        self.arns: list[str] = [g.arn for g in made]

    def _group(self, name: str, group: FeatureGroup, role: Role) -> aws.sagemaker_feature_group.SagemakerFeatureGroup:
        sagemaker, props = aws.sagemaker_feature_group, self._props
        types = {group.record: "string", group.event_time: "string", **group.features}
        return sagemaker.SagemakerFeatureGroup(
            self,
            name,
            feature_group_name=f"{props.site.prefix}-{name}",
            description=f"Features of a {group.record}",
            record_identifier_feature_name=group.record,
            event_time_feature_name=group.event_time,
            feature_definition=[
                sagemaker.SagemakerFeatureGroupFeatureDefinition(feature_name=n, feature_type=TYPES[t])
                for n, t in types.items()
            ],
            offline_store_config=self._offline(name),
            online_store_config=self._online() if group.online else None,
            role_arn=role.arn,
            lifecycle=keep(props.protect),
            depends_on=role.ready,
        )

    def _offline(self, name: str) -> aws.sagemaker_feature_group.SagemakerFeatureGroupOfflineStoreConfig:
        sagemaker, props = aws.sagemaker_feature_group, self._props
        return sagemaker.SagemakerFeatureGroupOfflineStoreConfig(
            s3_storage_config=sagemaker.SagemakerFeatureGroupOfflineStoreConfigS3StorageConfig(
                s3_uri=f"s3://{props.bucket.name}/{PREFIX}", kms_key_id=props.key_arn
            ),
            data_catalog_config=sagemaker.SagemakerFeatureGroupOfflineStoreConfigDataCatalogConfig(
                catalog="AwsDataCatalog", database=props.database, table_name=name.replace("-", "_")
            ),
        )

    def _online(self) -> aws.sagemaker_feature_group.SagemakerFeatureGroupOnlineStoreConfig:
        sagemaker, props = aws.sagemaker_feature_group, self._props
        return sagemaker.SagemakerFeatureGroupOnlineStoreConfig(
            enable_online_store=True,
            security_config=sagemaker.SagemakerFeatureGroupOnlineStoreConfigSecurityConfig(kms_key_id=props.key_arn),
            ttl_duration=sagemaker.SagemakerFeatureGroupOnlineStoreConfigTtlDuration(
                unit="Days", value=props.online_days
            ),
        )

    def _role(self) -> Role:
        """SageMaker takes it to write records to the bucket and to keep the tables."""
        props = self._props
        tables = ("catalog", f"database/{props.database}", f"table/{props.database}/*")
        return Role(
            self,
            "writer",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-feature-groups",
                description="SageMaker writes offline features",
                trust=[iam.trust(["sagemaker.amazonaws.com"], props.site.account)],
                boundary_arn=props.boundary_arn,
                statements=[
                    iam.allow("Bucket", ["s3:GetBucketAcl", "s3:GetBucketLocation"], [props.bucket.arn]),
                    iam.allow("Records", ["s3:PutObject", "s3:PutObjectAcl"], [f"{props.bucket.arn}/{PREFIX}*"]),
                    iam.allow("Keys", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], [props.key_arn]),
                    iam.allow(
                        "Tables",
                        ["glue:CreateTable", "glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"],
                        [props.site.arn("glue", name) for name in tables],
                    ),
                ],
            ),
        )
