"""Databases."""

from __future__ import annotations

from typing import Any

from groundway_local.provider.resources.rds import TAGGING
from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.values import State

_NOW = {"DBInstanceIdentifier": "{identifier}", "ApplyImmediately": True}
_IN_PLACE = (
    "allocated_storage",
    "allow_major_version_upgrade",
    "auto_minor_version_upgrade",
    "backup_retention_period",
    "backup_window",
    "ca_cert_identifier",
    "copy_tags_to_snapshot",
    "database_insights_mode",
    "deletion_protection",
    "engine_version",
    "iam_database_authentication_enabled",
    "instance_class",
    "iops",
    "maintenance_window",
    "max_allocated_storage",
    "monitoring_interval",
    "monitoring_role_arn",
    "multi_az",
    "option_group_name",
    "parameter_group_name",
    "password",
    "performance_insights_enabled",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
    "port",
    "publicly_accessible",
    "storage_throughput",
    "storage_type",
    "vpc_security_group_ids",
)
_SECRET = ("manage_master_user_password", "master_user_secret_kms_key_id")


def _set_exports(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    old, new = (set(s.get("enabled_cloudwatch_logs_exports") or []) for s in (prior, planned))
    change = {"EnableLogTypes": sorted(new - old), "DisableLogTypes": sorted(old - new)}
    _modify(api, planned, CloudwatchLogsExportConfiguration={k: v for k, v in change.items() if v})


def _set_secret(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    managed, key = bool(planned.get("manage_master_user_password")), planned.get("master_user_secret_kms_key_id")
    more = {"MasterUserSecretKmsKeyId": key} if managed and isinstance(key, str) else {}
    _modify(api, planned, ManageMasterUserPassword=managed, **more)


def _modify(api: Api, planned: State, **change: Any) -> None:
    api.call("modify_db_instance", DBInstanceIdentifier=planned["identifier"], ApplyImmediately=True, **change)


def _delete(api: Api, state: State) -> None:
    """RDS refuses unless a last snapshot is named, or expressly waived."""
    skip, name = bool(state.get("skip_final_snapshot")), state.get("final_snapshot_identifier")
    last = {"FinalDBSnapshotIdentifier": name} if name and not skip else {}
    backups = state.get("delete_automated_backups")
    api.call(
        "delete_db_instance",
        DBInstanceIdentifier=state["identifier"],
        SkipFinalSnapshot=skip,
        DeleteAutomatedBackups=backups is not False,
        **last,
    )


def _read_secret(answer: dict[str, Any]) -> list[State]:
    secret = answer.get("MasterUserSecret")
    names = {"kms_key_id": "KmsKeyId", "secret_arn": "SecretArn", "secret_status": "SecretStatus"}
    return [{name: secret.get(member) for name, member in names.items()}] if secret else []


SPECS = {
    "aws_db_instance": Spec(
        "rds",
        "DBInstance",
        Op("create_db_instance"),
        id="{DbiResourceId}",
        read=(Op("describe_db_instances", {"DBInstanceIdentifier": "{identifier}"}, "DBInstances[0]"),),
        update=(
            Op("modify_db_instance", _NOW, attrs=_IN_PLACE, each=True),
            Step(("enabled_cloudwatch_logs_exports",), _set_exports),
            Step(_SECRET, _set_secret),
        ),
        before_delete=_delete,
        names={
            "address": Via(read="Endpoint.Address"),
            "backup_window": "PreferredBackupWindow",
            "ca_cert_identifier": "CACertificateIdentifier",
            "db_name": "DBName",
            "db_subnet_group_name": Via("DBSubnetGroupName", read="DBSubnetGroup.DBSubnetGroupName"),
            "enabled_cloudwatch_logs_exports": ("EnableCloudwatchLogsExports", "EnabledCloudwatchLogsExports"),
            "endpoint": None,
            "engine_version_actual": "EngineVersion",
            "hosted_zone_id": Via(read="Endpoint.HostedZoneId"),
            "instance_class": "DBInstanceClass",
            "iam_database_authentication_enabled": (
                "EnableIAMDatabaseAuthentication",
                "IAMDatabaseAuthenticationEnabled",
            ),
            "maintenance_window": "PreferredMaintenanceWindow",
            "manage_master_user_password": Via(
                "ManageMasterUserPassword", read=lambda answer: bool(answer.get("MasterUserSecret"))
            ),
            "master_user_secret": Via(read=_read_secret),
            "master_user_secret_kms_key_id": Via("MasterUserSecretKmsKeyId", read="MasterUserSecret.KmsKeyId"),
            "option_group_name": Via("OptionGroupName", read="OptionGroupMemberships[0].OptionGroupName"),
            "parameter_group_name": Via("DBParameterGroupName", read="DBParameterGroups[0].DBParameterGroupName"),
            "password": "MasterUserPassword",
            "performance_insights_enabled": ("EnablePerformanceInsights", "PerformanceInsightsEnabled"),
            "port": Via(("Port", "DBPortNumber"), read="Endpoint.Port"),
            "replicas": "ReadReplicaDBInstanceIdentifiers",
            "resource_id": "DbiResourceId",
            "username": "MasterUsername",
            "vpc_security_group_ids": Via("VpcSecurityGroupIds", read="VpcSecurityGroups[].VpcSecurityGroupId"),
        },
        computed={"endpoint": "{address}:{port}"},
        defaults={
            "apply_immediately": False,
            "auto_minor_version_upgrade": True,
            "copy_tags_to_snapshot": False,
            "delete_automated_backups": True,
            "monitoring_interval": 0,
            "performance_insights_enabled": False,
            "publicly_accessible": False,
            "skip_final_snapshot": False,
        },
        provider_only=(
            "apply_immediately",
            "delete_automated_backups",
            "final_snapshot_identifier",
            "skip_final_snapshot",
        ),
        unread=("allow_major_version_upgrade", "password"),
        sensitive=("password",),
        volatile=("latest_restorable_time", "status"),
        prefixed={"identifier": "identifier_prefix"},
        tagging=TAGGING,
        import_id="{identifier}",
        support="patched",
    ),
}
