"""Who is told what: alerts, alarms, dashboard, budget; and, last of all, the record that the runtime loads."""

from collections.abc import Sequence

from groundway import platform
from groundway.environment import Environment, checkout, policies, teams
from groundway.tags import KEYS
from infra.alerts import Alerts, AlertsProps
from infra.anomalies import Anomalies, AnomaliesProps
from infra.billing import BillExports, BillExportsProps, CostAllocationTags, writers
from infra.buckets import Bucket, BucketProps
from infra.cdk import Construct
from infra.cost_controls import CostControls, CostControlsProps
from infra.grafana import Grafana, GrafanaProps
from infra.monitoring import Monitoring, MonitoringProps
from infra.platform_record import PlatformRecord
from infra.prometheus import Prometheus, PrometheusProps
from infra.registry_events import RegistryEvents
from infra.trail_alarms import TrailAlarms, TrailAlarmsProps
from stacks.base import EnvironmentStack
from stacks.cloud import Cloud
from stacks.compute import Compute
from stacks.foundation import Foundation
from stacks.ml import MachineLearning


class Observability(EnvironmentStack):
    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        cloud: Cloud,
        foundation: Foundation,
        compute: Compute,
        ml: MachineLearning,
    ) -> None:
        super().__init__(scope, "observability", environment, cloud)
        self.alerts = self._alerts("alerts", environment.alerts.emails, foundation)
        self.pages = self._alerts("pages", environment.alerts.pages or environment.alerts.emails, foundation)
        Monitoring(
            self,
            "monitoring",
            MonitoringProps(
                site=self.site,
                topic_arn=self.alerts.topic_arn,
                pages_topic_arn=self.pages.topic_arn,
                cluster_name=compute.cluster.name,
                table_name=ml.features.table_name,
                log_groups={kind: f"/groundway/{environment.name}/{kind}" for kind in ("training", "serving")},
                watches=ml.registry.watches,
            ),
        )
        self._trail_alarms(foundation)
        RegistryEvents(self, "registry-events", ml.registry.identifier, self.alerts.topic_arn)
        CostControls(
            self,
            "cost-controls",
            CostControlsProps(
                site=self.site,
                budget=environment.budget,
                topic_arn=self.alerts.topic_arn,
                boundary_arn=foundation.boundary.arn,
                stopped_role_arns=[ml.training.role_arn, ml.pipelines.role_arn],
            ),
        )
        self.prometheus = Prometheus(
            self,
            "prometheus",
            PrometheusProps(
                site=self.site,
                key_arn=foundation.metrics_key.arn,
                log_key_arn=foundation.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
                retention_days=environment.metrics.retention_days,
                protect=environment.protection,
                pages_topic_arn=self.pages.topic_arn,
                notices_topic_arn=self.alerts.topic_arn,
                cluster_name=compute.cluster.name,
                cluster_arn=compute.cluster.arn,
                subnet_ids=foundation.network.private_subnet_ids,
                security_group_ids=[foundation.network.workload_security_group_id],
            ),
        )
        if environment.metrics.grafana:
            self._grafana(foundation)
        self._billing()
        PlatformRecord(self, "platform", _platform(environment, foundation, compute, ml, self.alerts))

    def _grafana(self, foundation: Foundation) -> None:
        Grafana(
            self,
            "grafana",
            GrafanaProps(
                site=self.site,
                boundary_arn=foundation.boundary.arn,
                workspace_arn=self.prometheus.arn,
                subnet_ids=foundation.network.private_subnet_ids,
                security_group_ids=[foundation.network.workload_security_group_id],
            ),
        )

    def _billing(self) -> None:
        """What belongs to the account that pays: the tags on the bill, its anomalies, its exports."""
        environment, billing = self.environment, self.environment.billing
        tags = CostAllocationTags(self, "cost-tags", KEYS if billing.payer else ()).tags
        Anomalies(
            self,
            "anomalies",
            AnomaliesProps(
                site=self.site,
                by_service=environment.audit.account_wide,
                tags=tags,
                usd=billing.anomaly_usd,
                topic_arn=self.alerts.topic_arn,
            ),
        )
        if billing.exports:
            name = environment.bucket_name("billing")
            bucket = Bucket(
                self,
                "billing-bucket",
                BucketProps(
                    name=name,
                    key_arn=None,
                    force_destroy=not environment.protection,
                    protect=environment.protection,
                    statements=[writers(self.site, name)],
                ),
            )
            BillExports(
                self,
                "exports",
                BillExportsProps(
                    site=self.site,
                    bucket=bucket,
                    protect=environment.protection,
                ),
            )

    def _trail_alarms(self, foundation: Foundation) -> None:
        TrailAlarms(
            self,
            "trail-alarms",
            TrailAlarmsProps(
                site=self.site,
                log_group_name=foundation.audit.log_group_name,
                topic_arn=self.alerts.topic_arn,
                ci_role_name=policies.ci_role_name(self.site.prefix),
            ),
        )

    def _alerts(self, severity: str, emails: Sequence[str], foundation: Foundation) -> Alerts:
        return Alerts(
            self,
            severity,
            AlertsProps(
                site=self.site,
                key_arn=foundation.telemetry_key.arn,
                emails=emails,
                severity=severity,
            ),
        )


def _platform(
    environment: Environment, foundation: Foundation, compute: Compute, ml: MachineLearning, alerts: Alerts
) -> platform.Platform:
    network = foundation.network
    known = teams(checkout())
    return platform.Platform(
        environment=environment.name,
        account=environment.account,
        region=environment.region,
        tags=environment.cost_tags,
        network=platform.Network(
            vpc_id=network.vpc_id,
            private_subnet_ids=tuple(network.private_subnet_ids),
            workload_security_group_id=network.workload_security_group_id,
        ),
        cluster=platform.Cluster(
            name=compute.cluster.name,
            arn=compute.cluster.arn,
            gpu_pools=compute.gpu_pools.names,
            karpenter=compute.karpenter.record if compute.karpenter else None,
        ),
        data=_bucket(ml.data),
        models=_bucket(ml.models),
        features=platform.FeatureStore(
            bucket=_bucket(ml.features.bucket),
            online_table=ml.features.table_name,
            glue_database=ml.features.database_name,
            workgroup=ml.queries.name,
            groups=ml.feature_groups.names,
        ),
        images=platform.Images(
            training=compute.training_images.url,
            serving=compute.serving_images.url,
            signing_profile_arn=compute.image_signing.arn,
        ),
        roles=platform.Roles(
            training=ml.training.role_arn,
            serving=ml.serving.role_arn,
            pipelines=ml.pipelines.role_arn,
            monitoring=compute.collector.role_arn,
        ),
        alerts_topic_arn=alerts.topic_arn,
        checkpoints=_bucket(ml.checkpoints),
        registry=platform.Registry(host=ml.registry.host, port=ml.registry.port, database=ml.registry.database),
        teams=known.within(environment.name) if known else None,
    )


def _bucket(bucket: Bucket) -> platform.Bucket:
    return platform.Bucket(name=bucket.name, key_arn=bucket.key_arn)
