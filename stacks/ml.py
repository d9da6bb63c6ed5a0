"""What models are made of and made by: buckets, feature store, model registry, the roles of training and serving."""

from dataclasses import replace

from groundway.environment import Environment
from infra.buckets import Bucket, BucketProps
from infra.cdk import Construct
from infra.feature_store import FeatureStore, FeatureStoreProps
from infra.model_registry import ModelRegistry, ModelRegistryProps
from infra.registry_database import RegistryDatabase, RegistryDatabaseProps
from infra.serving import Serving
from infra.training import Training
from infra.workload import WorkloadProps
from stacks.base import EnvironmentStack
from stacks.cloud import Cloud
from stacks.compute import Compute
from stacks.foundation import Foundation


class MachineLearning(EnvironmentStack):
    def __init__(
        self, scope: Construct, environment: Environment, cloud: Cloud, foundation: Foundation, compute: Compute
    ) -> None:
        super().__init__(scope, "ml", environment, cloud)
        self._key_arn = foundation.data_key.arn
        self.data = self._bucket("data")
        self.models = self._bucket("models")
        self.features = FeatureStore(
            self,
            "feature-store",
            FeatureStoreProps(
                prefix=environment.prefix,
                key_arn=self._key_arn,
                bucket=self._bucket("features"),
                online=environment.online_table,
            ),
        )
        registry = ModelRegistry(self, "model-registry", ModelRegistryProps(prefix=environment.prefix))
        self.registry = self._registry_database(foundation)
        workload = WorkloadProps(
            prefix=environment.prefix,
            environment=environment.name,
            account=environment.account,
            region=environment.region,
            partition=environment.partition,
            boundary_arn=foundation.boundary.arn,
            data=self.data,
            models=self.models,
            features=self.features,
            registry=self.registry,
            data_key_arn=self._key_arn,
            telemetry_key_arn=foundation.telemetry_key.arn,
            cluster_arn=compute.cluster.arn,
            image_arn=compute.training_images.arn,
            log_retention_days=environment.logs.retention_days,
        )
        self.training = Training(self, "training", workload, registry.arn)
        self.serving = Serving(self, "serving", replace(workload, image_arn=compute.serving_images.arn))

    def _registry_database(self, foundation: Foundation) -> RegistryDatabase:
        environment, network = self.environment, foundation.network
        return RegistryDatabase(
            self,
            "registry-database",
            RegistryDatabaseProps(
                prefix=environment.prefix,
                account=environment.account,
                region=environment.region,
                partition=environment.partition,
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

    def _bucket(self, purpose: str) -> Bucket:
        return Bucket(
            self,
            f"{purpose}-bucket",
            BucketProps(
                name=self.environment.bucket_name(purpose),
                key_arn=self._key_arn,
                force_destroy=not self.environment.protection,
                old_versions_days=90 if self.environment.protection else 7,
                partition=self.environment.partition,
            ),
        )
