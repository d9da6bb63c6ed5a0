"""RDS: what moto forgets of a database, what AWS refuses, and changes that moto does not know."""

import secrets
import string
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

create_db_instance = RDSBackend.create_db_instance
delete_db_instance = RDSBackend.delete_db_instance
create_subnet_group = RDSBackend.create_subnet_group
modify_db_subnet_group = RDSBackend.modify_db_subnet_group
delete_subnet_group = RDSBackend.delete_subnet_group
delete_db_parameter_group = RDSBackend.delete_db_parameter_group
update = DBInstance.update

# What requests call it, and what answers do.
RENAMED = {"enable_performance_insights": "performance_insights_enabled", "db_port_number": "port"}
FORGOTTEN = (
    "database_insights_mode",
    "dedicated_log_volume",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
)
INSIGHTS_DAYS = 7
ZONES = 2
ALPHABET = string.ascii_uppercase + string.digits


def created_db_instance(self: RDSBackend, db_kwargs: Any) -> DBInstance:
    database = create_db_instance(self, db_kwargs)
    database.dbi_resource_id = "db-" + "".join(secrets.choice(ALPHABET) for _ in range(26))
    database.performance_insights_enabled = bool(db_kwargs.get("enable_performance_insights"))
    for name in FORGOTTEN:
        setattr(database, name, db_kwargs.get(name))
    _insights(database)
    if database.manage_master_user_password:
        database.master_user_secret._status = "active"
    return database


def _insights(database: DBInstance) -> None:
    """Performance Insights keep a week unless asked otherwise, and nothing when they are off."""
    if not database.performance_insights_enabled:
        database.performance_insights_kms_key_id = database.performance_insights_retention_period = None
    elif not database.performance_insights_retention_period:
        database.performance_insights_retention_period = INSIGHTS_DAYS


def updated(self: DBInstance, **settings: Any) -> None:
    update(self, **{RENAMED.get(name, name): value for name, value in settings.items()})
    _insights(self)


def guarded_delete_db_instance(
    self: RDSBackend,
    db_instance_identifier: str,
    final_db_snapshot_identifier: str | None = None,
    skip_final_snapshot: bool | None = False,
    delete_automated_backups: bool | None = True,
) -> DBInstance:
    """The last copy of a database is kept unless somebody says in so many words that it is not."""
    database = self.databases.get(db_instance_identifier)
    if (
        database
        and not database.deletion_protection
        and bool(final_db_snapshot_identifier) is bool(skip_final_snapshot)
    ):
        says = "is required unless" if not skip_final_snapshot else "cannot be specified when"
        text = f"FinalDBSnapshotIdentifier {says} SkipFinalSnapshot is specified."
        raise RDSClientError("InvalidParameterCombination", text)
    return delete_db_instance(
        self, db_instance_identifier, final_db_snapshot_identifier, skip_final_snapshot, delete_automated_backups
    )


def spread_subnet_group(self: RDSBackend, name: str, description: str, subnets: list[Any], tags: Any) -> Any:
    _cover(subnets)
    if name in self.subnet_groups:
        raise RDSClientError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
    return create_subnet_group(self, name, description, subnets, tags)


def modified_subnet_group(self: RDSBackend, subnet_name: str, description: str, subnets: list[Any]) -> Any:
    """moto would lose it."""
    _cover(subnets)
    group = modify_db_subnet_group(self, subnet_name, description, subnets)
    self.subnet_groups[subnet_name] = group
    return group


def _cover(subnets: list[Any]) -> None:
    if len({s.availability_zone for s in subnets}) < ZONES:
        text = f"The DB subnet group doesn't meet Availability Zone (AZ) coverage: add subnets of {ZONES} AZs."
        raise RDSClientError("DBSubnetGroupDoesNotCoverEnoughAZs", text)


def guarded_delete_subnet_group(self: RDSBackend, subnet_name: str) -> Any:
    groups = [getattr(d, "db_subnet_group", None) for d in self.databases.values()]
    if any(g and g.name == subnet_name for g in groups):
        text = f"Cannot delete the subnet group '{subnet_name}' because at least one database instance uses it."
        raise RDSClientError("InvalidDBSubnetGroupStateFault", text)
    return delete_subnet_group(self, subnet_name)


def guarded_delete_parameter_group(self: RDSBackend, db_parameter_group_name: str) -> Any:
    if any(d.db_parameter_group_name == db_parameter_group_name for d in self.databases.values()):
        text = "One or more database instances are still members of this parameter group."
        raise RDSClientError("InvalidDBParameterGroupState", text)
    return delete_db_parameter_group(self, db_parameter_group_name)


def reset_db_parameter_group(self: RDSResponse) -> ActionResult:
    name = self.params["DBParameterGroupName"]
    group = self.backend.modify_db_parameter_group(name, [])
    for parameter in self.params.get("Parameters", []):
        group.parameters.pop(parameter["ParameterName"], None)
    if self.params.get("ResetAllParameters"):
        group.parameters.clear()
    return ActionResult({"DBParameterGroupName": name})


def modify_event_subscription(self: RDSResponse) -> ActionResult:
    subscription = _subscription(self)
    for name in ("sns_topic_arn", "source_type", "event_categories", "enabled"):
        if (value := self.params.get(name)) is not None:
            setattr(subscription, name, value)
    return ActionResult({"EventSubscription": subscription})


def add_source_identifier_to_subscription(self: RDSResponse) -> ActionResult:
    subscription, source = _subscription(self), self.params["SourceIdentifier"]
    subscription.source_ids = sorted({*(subscription.source_ids or []), source})
    return ActionResult({"EventSubscription": subscription})


def remove_source_identifier_from_subscription(self: RDSResponse) -> ActionResult:
    subscription, source = _subscription(self), self.params["SourceIdentifier"]
    subscription.source_ids = [s for s in subscription.source_ids or [] if s != source]
    return ActionResult({"EventSubscription": subscription})


def _subscription(response: RDSResponse) -> Any:
    [found] = response.backend.describe_event_subscriptions(response.params["SubscriptionName"])
    return found


def apply() -> None:
    DBInstance.update = updated
    RDSBackend.create_db_instance = created_db_instance
    RDSBackend.delete_db_instance = guarded_delete_db_instance
    RDSBackend.create_subnet_group = spread_subnet_group
    RDSBackend.modify_db_subnet_group = modified_subnet_group
    RDSBackend.delete_subnet_group = guarded_delete_subnet_group
    RDSBackend.delete_db_parameter_group = guarded_delete_parameter_group
    for function in (
        reset_db_parameter_group,
        modify_event_subscription,
        add_source_identifier_to_subscription,
        remove_source_identifier_from_subscription,
    ):
        setattr(RDSResponse, function.__name__, function)
