"""What everything stands on: keys, the permission boundary, the network."""

from groundway.environment import Environment
from infra.cdk import Construct
from infra.identity import PermissionBoundary, PermissionBoundaryProps
from infra.keys import Key, KeyProps
from infra.network import Network, NetworkProps
from stacks.base import EnvironmentStack
from stacks.cloud import Cloud


class Foundation(EnvironmentStack):
    def __init__(self, scope: Construct, environment: Environment, cloud: Cloud) -> None:
        super().__init__(scope, "foundation", environment, cloud)
        self.data_key = self._key("data", "Data, features, models and images")
        self.cluster_key = self._key("cluster", "Kubernetes secrets")
        self.registry_key = self._key("registry", "The model registry's database and its password")
        self.telemetry_key = self._key("telemetry", "Logs and alerts", telemetry=True)
        self.boundary = PermissionBoundary(
            self,
            "boundary",
            PermissionBoundaryProps(
                prefix=environment.prefix,
                environment=environment.name,
                account=environment.account,
                region=environment.region,
                partition=environment.partition,
            ),
        )
        self.network = Network(
            self,
            "network",
            NetworkProps(
                prefix=environment.prefix,
                environment=environment.name,
                region=environment.region,
                account=environment.account,
                network=environment.network,
                boundary_arn=self.boundary.arn,
                log_key_arn=self.telemetry_key.arn,
                log_retention_days=environment.logs.retention_days,
                partition=environment.partition,
            ),
        )

    def _key(self, purpose: str, description: str, telemetry: bool = False) -> Key:
        environment = self.environment
        return Key(
            self,
            f"{purpose}-key",
            KeyProps(
                name=f"{environment.prefix}-{purpose}",
                description=description,
                account=environment.account,
                partition=environment.partition,
                deletion_window_days=30 if environment.protection else 7,
                logs_region=environment.region if telemetry else None,
                publishers=("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com")
                if telemetry
                else (),
            ),
        )
