"""Where work runs: the cluster, its node pools, the image repositories."""

from groundway.environment import Environment
from infra.cdk import Construct
from infra.cluster import Cluster, ClusterProps
from infra.cpu_pools import CpuPools
from infra.gpu_pools import GpuPools
from infra.image_registry import ImageRepository, ImageRepositoryProps
from infra.image_scanning import ImageScanning
from infra.image_signing import ImageSigning, ImageSigningProps
from infra.karpenter import Karpenter, KarpenterProps
from infra.nodes import PoolsProps, node_role
from infra.pull_through import PullThrough, PullThroughProps
from stacks.base import EnvironmentStack
from stacks.cloud import Cloud
from stacks.foundation import Foundation


class Compute(EnvironmentStack):
    def __init__(self, scope: Construct, environment: Environment, cloud: Cloud, foundation: Foundation) -> None:
        super().__init__(scope, "compute", environment, cloud)
        network, boundary = foundation.network, foundation.boundary
        self.cluster = Cluster(
            self,
            "cluster",
            ClusterProps(
                name=environment.prefix,
                account=environment.account,
                cluster=environment.cluster,
                vpc_id=network.vpc_id,
                subnet_ids=network.private_subnet_ids,
                workload_security_group_id=network.workload_security_group_id,
                boundary_arn=boundary.arn,
                secrets_key_arn=foundation.cluster_key.arn,
                log_key_arn=foundation.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
                deletion_protection=environment.protection,
                partition=environment.partition,
            ),
        )
        place = PoolsProps(
            prefix=environment.prefix,
            cluster_name=self.cluster.name,
            vpc_id=network.vpc_id,
            subnet_ids=network.private_subnet_ids,
            zones=network.private_zones,
            security_group_ids=[network.workload_security_group_id],
            node_role=node_role(
                self, "node", f"{environment.prefix}-node", boundary.arn, partition=environment.partition
            ),
            tags=environment.cost_tags.aws(),
        )
        CpuPools(self, "cpu", place, environment.cpu_pools)
        self.gpu_pools = GpuPools(self, "gpu", place, environment.gpu_pools)
        self.karpenter = self._karpenter(boundary.arn) if environment.cluster.karpenter else None
        self.training_images = self._repository("training", foundation.data_key.arn)
        self.serving_images = self._repository("serving", foundation.data_key.arn)
        self.image_signing = ImageSigning(self, "image-signing", ImageSigningProps(prefix=environment.prefix))
        self.image_cache = self._image_cache(foundation) if environment.images.upstreams else None
        if environment.audit.account_wide:
            ImageScanning(self, "image-scanning", enhanced=environment.protection)

    def _karpenter(self, boundary_arn: str) -> Karpenter:
        environment = self.environment
        return Karpenter(
            self,
            "karpenter",
            KarpenterProps(
                prefix=environment.prefix,
                environment=environment.name,
                account=environment.account,
                region=environment.region,
                cluster=self.cluster.pods,
                boundary_arn=boundary_arn,
                pools={name: pool for name, pool in environment.gpu_pools.items() if pool.scaler == "karpenter"},
                efa_security_group_id=self.gpu_pools.efa_security_group_id,
                partition=environment.partition,
            ),
        )

    def _repository(self, purpose: str, key_arn: str) -> ImageRepository:
        return ImageRepository(
            self,
            f"{purpose}-images",
            ImageRepositoryProps(
                name=f"{self.environment.prefix}/{purpose}",
                key_arn=key_arn,
                keep=self.environment.images.keep,
                readers=self.environment.access.promoted_to,
                force_delete=not self.environment.protection,
                protect=self.environment.protection,
                partition=self.environment.partition,
            ),
        )

    def _image_cache(self, foundation: Foundation) -> PullThrough:
        environment = self.environment
        return PullThrough(
            self,
            "image-cache",
            PullThroughProps(
                prefix=environment.prefix,
                account=environment.account,
                region=environment.region,
                upstreams=environment.images.upstreams,
                key_arn=foundation.data_key.arn,
                boundary_arn=foundation.boundary.arn,
                tags=environment.cost_tags.aws(),
                keep=environment.images.keep,
                partition=environment.partition,
            ),
        )
