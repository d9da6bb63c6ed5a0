"""The PostgreSQL database behind the MLflow registry: private, encrypted, with no password that anybody would know."""

from dataclasses import dataclass

from groundway import environment
from infra import iam
from infra.alarms import Watch
from infra.cdk import Construct, aws
from infra.identity import Role, RoleProps
from infra.protection import keep
from infra.site import Site

ENGINE, VERSION, FAMILY = "postgres", "17", "postgres17"
DATABASE, ADMIN = "mlflow", "registry"
PORT = 5432
LOGS = ("postgresql", "upgrade")
# Static ones wait for a restart; the first apply comes before the first start.
PARAMETERS = {
    "rds.force_ssl": "1",
    "log_connections": "1",
    "log_disconnections": "1",
    "log_min_duration_statement": "1000",  # milliseconds
    "log_statement": "ddl",
    "pgaudit.log": "ddl,role",
}
STATIC_PARAMETERS = {"shared_preload_libraries": "pgaudit,pg_stat_statements"}


@dataclass(frozen=True, kw_only=True)
class RegistryDatabaseProps:
    """`client_security_group_id`: who may connect. `telemetry_key_arn` encrypts the logs, `key_arn` all else."""

    site: Site
    database: environment.RegistryDatabase
    vpc_id: str
    subnet_ids: list[str]
    client_security_group_id: str
    boundary_arn: str
    key_arn: str
    telemetry_key_arn: str
    log_retention_days: int = 30
    protect: bool = True
    connections: int = 80
    monitoring_seconds: int = 60


class RegistryDatabase(Construct):
    """`host`, `port` and `database` are where it is; `allow` lets a role log in as a user of the database by IAM."""

    def __init__(self, scope: Construct, id: str, props: RegistryDatabaseProps) -> None:
        super().__init__(scope, id)
        self._props = props
        self.identifier = f"{props.site.prefix}-registry"
        self.instance = self._instance()
        self.host: str = self.instance.address
        self.port: int = PORT
        self.database: str = DATABASE
        self.arn: str = self.instance.arn
        self.secret_arn: str = self.instance.master_user_secret.get(0).secret_arn
        self.watches: list[Watch] = _watches(self.identifier, props)

    def allow(self, user: str) -> iam.Statement:
        """A role may log in as `user`: a user of the database that was granted `rds_iam`."""
        users = self._props.site.arn("rds-db", f"dbuser:{self.instance.resource_id}/{user}")
        return iam.allow("Registry", ["rds-db:connect"], [users])

    def _instance(self) -> aws.db_instance.DbInstance:
        props, size = self._props, self._props.database
        monitoring = self._monitoring_role()
        return aws.db_instance.DbInstance(
            self,
            "instance",
            identifier=self.identifier,
            engine=ENGINE,
            engine_version=VERSION,
            instance_class=size.instance_class,
            allocated_storage=size.storage_gb,
            max_allocated_storage=size.max_storage_gb,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=props.key_arn,
            db_name=DATABASE,
            port=PORT,
            username=ADMIN,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=props.key_arn,
            iam_database_authentication_enabled=True,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            db_subnet_group_name=self._subnet_group(),
            vpc_security_group_ids=[self._security_group()],
            publicly_accessible=False,
            multi_az=size.multi_az,
            parameter_group_name=self._parameter_group(),
            backup_retention_period=size.backup_days,
            backup_window="01:00-02:00",
            maintenance_window="sun:02:30-sun:03:30",
            auto_minor_version_upgrade=True,
            copy_tags_to_snapshot=True,
            enabled_cloudwatch_logs_exports=list(LOGS),
            monitoring_interval=props.monitoring_seconds,
            monitoring_role_arn=monitoring.arn,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=props.key_arn,
            performance_insights_retention_period=7,
            deletion_protection=props.protect,
            skip_final_snapshot=not props.protect,
            final_snapshot_identifier=f"{self.identifier}-final" if props.protect else None,
            delete_automated_backups=not props.protect,
            apply_immediately=not props.protect,  # else in the maintenance window
            lifecycle=keep(props.protect),
            depends_on=[*self._log_groups(), *monitoring.ready],
        )

    def _subnet_group(self) -> str:
        group = aws.db_subnet_group.DbSubnetGroup(
            self,
            "subnets",
            name=self.identifier,
            description="Where the model registry's database is",
            subnet_ids=self._props.subnet_ids,
        )
        name: str = group.name
        return name

    def _parameter_group(self) -> str:
        parameter = aws.db_parameter_group.DbParameterGroupParameter
        group = aws.db_parameter_group.DbParameterGroup(
            self,
            "parameters",
            name=f"{self.identifier}-{FAMILY}",
            family=FAMILY,
            description="TLS only, connections and slow statements logged, changes audited",
            parameter=[
                *(parameter(name=n, value=v, apply_method="immediate") for n, v in PARAMETERS.items()),
                *(parameter(name=n, value=v, apply_method="pending-reboot") for n, v in STATIC_PARAMETERS.items()),
            ],
        )
        name: str = group.name
        return name

    def _security_group(self) -> str:
        props = self._props
        group = aws.security_group.SecurityGroup(
            self,
            "security-group",
            name=self.identifier,
            description="The model registry's database",
            vpc_id=props.vpc_id,
            tags={"Name": self.identifier},
        )
        aws.vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule(
            self,
            "from-workloads",
            security_group_id=group.id,
            referenced_security_group_id=props.client_security_group_id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            description="PostgreSQL from jobs, servers and nodes",
        )
        group_id: str = group.id
        return group_id

    def _log_groups(self) -> list[aws.cloudwatch_log_group.CloudwatchLogGroup]:
        """RDS would make them itself: without a key, and kept for ever."""
        props = self._props
        return [
            aws.cloudwatch_log_group.CloudwatchLogGroup(
                self,
                f"{kind}-logs",
                name=f"/aws/rds/instance/{self.identifier}/{kind}",
                retention_in_days=props.log_retention_days,
                kms_key_id=props.telemetry_key_arn,
            )
            for kind in LOGS
        ]

    def _monitoring_role(self) -> Role:
        """Enhanced monitoring writes to one log group of the account, which RDS makes and keeps for 30 days."""
        props = self._props
        logs = props.site.arn("logs", "log-group:RDSOSMetrics")
        return Role(
            self,
            "monitoring",
            RoleProps(
                site=props.site,
                name=f"{self.identifier}-monitoring",
                description="RDS writes metrics of the database's host",
                trust=[iam.trust(["monitoring.rds.amazonaws.com"], props.site.account)],
                boundary_arn=props.boundary_arn,
                statements=[
                    iam.allow("Group", ["logs:CreateLogGroup", "logs:PutRetentionPolicy"], [logs]),
                    iam.allow(
                        "Streams",
                        ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:GetLogEvents"],
                        [f"{logs}:log-stream:*"],
                    ),
                ],
            ),
        )


def _watches(identifier: str, props: RegistryDatabaseProps) -> list[Watch]:
    def watch(name: str, meaning: str, metric: str, limit: float, above: bool = True) -> Watch:
        return Watch(
            name=f"registry-{name}",
            meaning=meaning,
            namespace="AWS/RDS",
            metric=metric,
            dimensions={"DBInstanceIdentifier": identifier},
            statistic="Average",
            limit=limit,
            above=above,
        )

    tenth = props.database.storage_gb * 2**30 / 10
    return [
        watch(
            "storage", "The model registry's database is running out of disk", "FreeStorageSpace", tenth, above=False
        ),
        watch(
            "cpu", "The model registry's database is busy: registering and loading models is slow", "CPUUtilization", 90
        ),
        watch(
            "connections",
            "The model registry's database is running out of connections",
            "DatabaseConnections",
            props.connections,
        ),
    ]
