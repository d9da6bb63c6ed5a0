"""What everything stands on: keys, the permission boundary, the network."""

from collections.abc import Sequence

from groundway.environment import Environment, policies
from infra.access import AccessProps, People
from infra.alerts import PUBLISHERS
from infra.audit import Audit, AuditProps
from infra.cdk import Construct
from infra.identity import PermissionBoundary, PermissionBoundaryProps
from infra.job_network import JobNetwork
from infra.keys import Key, KeyProps
from infra.network import Network, NetworkProps
from infra.trail import trail_arn
from stacks.base import EnvironmentStack
from stacks.cloud import Cloud


class Foundation(EnvironmentStack):
    def __init__(self, scope: Construct, environment: Environment, cloud: Cloud) -> None:
        super().__init__(scope, "foundation", environment, cloud)
        self._keys()
        self.boundary = PermissionBoundary(self, "boundary", PermissionBoundaryProps(site=self.site))
        self.network = Network(
            self,
            "network",
            NetworkProps(
                site=self.site,
                network=environment.network,
                boundary_arn=self.boundary.arn,
                log_key_arn=self.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
            ),
        )
        self.job_network = JobNetwork(
            site=self.site,
            subnet_ids=self.network.private_subnet_ids,
            security_group_ids=[self.network.workload_security_group_id],
        )
        self.people = self._people()
        self.audit = self._audit()

    def _people(self) -> People:
        """Their boundary, and the role that deploys, are made before all stacks, by `groundway bootstrap`."""
        environment = self.environment
        bounds = policies.operator_boundary_name(self.site.prefix)
        return People(
            self,
            "people",
            AccessProps(
                site=self.site,
                data_key_arn=self.data_key.arn,
                access=environment.access,
                boundary_arn=self.site.global_arn("iam", f"policy/{bounds}"),
                state_bucket=environment.state_bucket,
                jobs=self.job_network,
            ),
        )

    def _audit(self) -> Audit:
        environment = self.environment
        return Audit(
            self,
            "audit",
            AuditProps(
                site=self.site,
                audit=environment.audit,
                watched_buckets=self._watched(),
                evidence=environment.bucket_name("evidence"),
                key_arn=self.audit_key.arn,
                log_key_arn=self.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
                boundary_arn=self.boundary.arn,
                protect=environment.protection,
            ),
        )

    def _watched(self) -> list[str]:
        """All that later stacks make; evidence is watched by itself. Checkpoints are models too, not yet finished."""
        bill = ["billing"] if self.environment.billing.exports else []
        return [self.environment.bucket_name(p) for p in ("data", "models", "features", "checkpoints", *bill)]

    def _keys(self) -> None:
        """One for each purpose, so that who may read one kind of thing cannot read the others."""
        self.data_key = self._key(
            "data", "Data, features, models and images", ("dynamodb", "ec2", "ecr", "s3", "sagemaker")
        )
        self.cluster_key = self._key("cluster", "Kubernetes secrets", ("eks",))
        self.registry_key = self._key(
            "registry", "The model registry's database and its password", ("rds", "secretsmanager")
        )
        self.telemetry_key = self._key("telemetry", "Logs and alerts", ("sns",), logs=True, publishers=PUBLISHERS)
        self.metrics_key = self._key("metrics", "Prometheus", ("aps",))
        self.audit_key = self._key("audit", "The trail, and evidence", ("s3",), trail_arn=trail_arn(self.site))

    def _key(
        self,
        purpose: str,
        description: str,
        services: Sequence[str],
        logs: bool = False,
        publishers: Sequence[str] = (),
        trail_arn: str | None = None,
    ) -> Key:
        environment = self.environment
        return Key(
            self,
            f"{purpose}-key",
            KeyProps(
                site=self.site,
                name=f"{self.site.prefix}-{purpose}",
                description=description,
                services=services,
                logs=logs,
                publishers=publishers,
                trail_arn=trail_arn,
                deletion_window_days=30 if environment.protection else 7,
                protect=environment.protection,
            ),
        )
