"""Where work runs: the cluster, its node pools, the image repositories."""

from groundway.environment import Environment, policies, service_accounts
from infra.addons import Addons, AddonsProps
from infra.cdk import Construct
from infra.cluster import Cluster, ClusterProps
from infra.cluster_access import ADMIN, ClusterAccess, Grant
from infra.collector import Collector, CollectorProps
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
                site=self.site,
                cluster=environment.cluster,
                vpc_id=network.vpc_id,
                subnet_ids=network.private_subnet_ids,
                workload_security_group_id=network.workload_security_group_id,
                boundary_arn=boundary.arn,
                secrets_key_arn=foundation.cluster_key.arn,
                log_key_arn=foundation.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
                deletion_protection=environment.protection,
            ),
        )
        place = PoolsProps(
            site=self.site,
            cluster_name=self.cluster.name,
            vpc_id=network.vpc_id,
            subnet_ids=network.private_subnet_ids,
            zones=network.private_zones,
            security_group_ids=[network.workload_security_group_id],
            node_role=node_role(self, "node", self.site, f"{self.site.prefix}-node", boundary.arn),
            tags=environment.cost_tags.aws(),
        )
        cpu_pools = CpuPools(self, "cpu", place, environment.cpu_pools)
        self.gpu_pools = GpuPools(self, "gpu", place, environment.gpu_pools)
        self._cluster_access(foundation)
        self._addons(foundation, cpu_pools)
        self.collector = Collector(
            self,
            "collector",
            CollectorProps(site=self.site, cluster=self.cluster.pods, boundary_arn=boundary.arn),
        )
        self.karpenter = self._karpenter(boundary.arn) if environment.cluster.karpenter else None
        self.training_images = self._repository("training", foundation.data_key.arn)
        self.serving_images = self._repository("serving", foundation.data_key.arn)
        self.image_signing = ImageSigning(self, "image-signing", ImageSigningProps(site=self.site))
        if environment.images.upstreams:
            cache = self._image_cache(foundation)
            cache.grant("nodes", place.node_role.role.name)
            if self.karpenter:
                cache.grant("karpenter-nodes", self.karpenter.record.node_role_name)
        if environment.audit.account_wide:
            ImageScanning(self, "image-scanning", enhanced=environment.protection)

    def _cluster_access(self, foundation: Foundation) -> None:
        """CI and operators may do everything in the cluster; engineers look at it, and work where training runs."""
        people = foundation.people
        ci = self.site.global_arn("iam", f"role/{policies.ci_role_name(self.site.prefix)}")
        engineers = (
            Grant("AmazonEKSViewPolicy"),
            Grant("AmazonEKSEditPolicy", [service_accounts.TRAINING.namespace]),
        )
        for name, role_arn, grants in (
            ("ci", ci, ADMIN),
            ("ops", people.ops_arn, ADMIN),
            ("engineers", people.engineers_arn, engineers),
        ):
            ClusterAccess(self, f"{name}-access", self.site, self.cluster.name, role_arn, grants)

    def _addons(self, foundation: Foundation, cpu_pools: CpuPools) -> None:
        environment = self.environment
        buckets = (environment.bucket_name(purpose) for purpose in ("data", "models"))
        Addons(
            self,
            "addons",
            AddonsProps(
                site=self.site,
                cluster=self.cluster.pods,
                addons=environment.cluster.addons,
                boundary_arn=foundation.boundary.arn,
                log_key_arn=foundation.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
                nodes=cpu_pools.groups,
                buckets=[self.site.bucket_arn(bucket) for bucket in buckets],
                bucket_key_arns=[foundation.data_key.arn],
            ),
        )

    def _karpenter(self, boundary_arn: str) -> Karpenter:
        environment = self.environment
        return Karpenter(
            self,
            "karpenter",
            KarpenterProps(
                site=self.site,
                cluster=self.cluster.pods,
                boundary_arn=boundary_arn,
                pools=[name for name, pool in environment.gpu_pools.items() if pool.scaler == "karpenter"],
                efa_security_group_id=self.gpu_pools.efa_security_group_id,
            ),
        )

    def _repository(self, purpose: str, key_arn: str) -> ImageRepository:
        return ImageRepository(
            self,
            f"{purpose}-images",
            ImageRepositoryProps(
                site=self.site,
                name=f"{self.site.prefix}/{purpose}",
                key_arn=key_arn,
                keep=self.environment.images.keep,
                readers=self.environment.access.promoted_to,
                force_delete=not self.environment.protection,
                protect=self.environment.protection,
            ),
        )

    def _image_cache(self, foundation: Foundation) -> PullThrough:
        environment = self.environment
        return PullThrough(
            self,
            "image-cache",
            PullThroughProps(
                site=self.site,
                upstreams=environment.images.upstreams,
                key_arn=foundation.data_key.arn,
                boundary_arn=foundation.boundary.arn,
                tags=environment.cost_tags.aws(),
                keep=environment.images.keep,
            ),
        )
