"""What models are made of and made by: buckets, feature store, model registry, the roles of training and serving."""

from dataclasses import replace
from typing import Any

from groundway.environment import Environment
from infra import offline_queries
from infra.buckets import Bucket, BucketProps
from infra.cdk import Construct
from infra.feature_groups import FeatureGroups, FeatureGroupsProps
from infra.feature_store import FeatureStore, FeatureStoreProps
from infra.job_logs import JobLogs
from infra.model_registry import ModelRegistry, ModelRegistryProps
from infra.pipelines import Pipelines
from infra.promotion import PromotionProps, PromotionReader
from infra.registry_database import RegistryDatabase, RegistryDatabaseProps
from infra.serving import Serving
from infra.training import Training
from infra.workload import WorkloadProps
from stacks.base import EnvironmentStack
from stacks.cloud import Cloud
from stacks.compute import Compute
from stacks.foundation import Foundation

CHECKPOINT_DAYS = 14  # a training that was interrupted longer ago begins anew
RESULT_DAYS = 30
TIER_DAYS = 30


class MachineLearning(EnvironmentStack):
    def __init__(
        self, scope: Construct, environment: Environment, cloud: Cloud, foundation: Foundation, compute: Compute
    ) -> None:
        super().__init__(scope, "ml", environment, cloud)
        self._key_arn = foundation.data_key.arn
        self.data = self._bucket("data", tier_days=TIER_DAYS if environment.protection else None)
        self.models = self._bucket("models")
        self.checkpoints = self._bucket("checkpoints", expire={"": CHECKPOINT_DAYS})
        self._feature_store(foundation)
        registry = ModelRegistry(
            self,
            "model-registry",
            ModelRegistryProps(
                site=self.site,
                readers=environment.access.promoted_to,
                protect=environment.protection,
            ),
        )
        self.registry = self._registry_database(foundation)
        if environment.audit.account_wide:
            JobLogs(self, "job-logs", foundation.telemetry_key.arn, environment.logs.retention_days)
        workload = WorkloadProps(
            site=self.site,
            boundary_arn=foundation.boundary.arn,
            data=self.data,
            models=self.models,
            checkpoints=self.checkpoints,
            features=self.features,
            feature_groups=self.feature_groups,
            queries=self.queries,
            registry=self.registry,
            network=foundation.job_network,
            data_key_arn=self._key_arn,
            telemetry_key_arn=foundation.telemetry_key.arn,
            cluster=compute.cluster.pods,
            image_arn=compute.training_images.arn,
            log_retention_days=environment.logs.retention_days,
        )
        self.training = Training(self, "training", workload, registry.arn)
        self.serving = Serving(self, "serving", replace(workload, image_arn=compute.serving_images.arn))
        self.pipelines = Pipelines(self, "pipelines", workload, registry.arn, self.training.role_arn)
        if environment.access.promoted_to:
            self._promotion_reader(foundation, compute, registry.arn)

    def _promotion_reader(self, foundation: Foundation, compute: Compute, registry_arn: str) -> None:
        environment = self.environment
        PromotionReader(
            self,
            "promotion-reader",
            PromotionProps(
                site=self.site,
                accounts=environment.access.promoted_to,
                models=self.models,
                key_arn=self._key_arn,
                model_registry_arn=registry_arn,
                image_arns=[compute.training_images.arn, compute.serving_images.arn],
                boundary_arn=foundation.boundary.arn,
            ),
        )

    def _registry_database(self, foundation: Foundation) -> RegistryDatabase:
        environment, network = self.environment, foundation.network
        return RegistryDatabase(
            self,
            "registry-database",
            RegistryDatabaseProps(
                site=self.site,
                database=environment.registry,
                vpc_id=network.vpc_id,
                subnet_ids=network.intra_subnet_ids,
                client_security_group_id=network.workload_security_group_id,
                boundary_arn=foundation.boundary.arn,
                key_arn=foundation.registry_key.arn,
                telemetry_key_arn=foundation.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
                protect=environment.protection,
            ),
        )

    def _feature_store(self, foundation: Foundation) -> None:
        environment = self.environment
        bucket = self._bucket("features", expire={offline_queries.RESULTS: RESULT_DAYS})
        self.features = FeatureStore(
            self,
            "feature-store",
            FeatureStoreProps(
                site=self.site,
                key_arn=self._key_arn,
                bucket=bucket,
                online=environment.online_table,
                protect=environment.protection,
            ),
        )
        self.queries = offline_queries.OfflineQueries(
            self,
            "offline-queries",
            offline_queries.OfflineQueriesProps(
                site=self.site,
                bucket=bucket,
                key_arn=self._key_arn,
                force_destroy=not environment.protection,
            ),
        )
        self.feature_groups = FeatureGroups(
            self,
            "feature-groups",
            FeatureGroupsProps(
                site=self.site,
                groups=environment.feature_groups,
                bucket=bucket,
                database=self.features.database_name,
                key_arn=self._key_arn,
                boundary_arn=foundation.boundary.arn,
                protect=environment.protection,
            ),
        )

    def _bucket(self, purpose: str, **more: Any) -> Bucket:
        return Bucket(
            self,
            f"{purpose}-bucket",
            BucketProps(
                name=self.environment.bucket_name(purpose),
                key_arn=self._key_arn,
                force_destroy=not self.environment.protection,
                old_versions_days=90 if self.environment.protection else 7,
                protect=self.environment.protection,
                **more,
            ),
        )
