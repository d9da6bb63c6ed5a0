"""What keeps data: buckets, images, the registry's database, feature stores."""

from collections.abc import Iterator

from groundway_ops.cost.amounts import HOURS, ONE, between, fixed
from groundway_ops.cost.pricing.charge import Charge, Free
from groundway_ops.cost.resources import Resource, Scene


def bucket(resource: Resource, scene: Scene) -> Iterator[Charge]:
    usage = scene.by_name("buckets", str(resource.get("bucket")).rpartition("-")[2])
    yield Charge("stored", usage.gb, "s3.standard", note="at the price of the standard class")
    yield Charge("writes and lists", usage.thousand_puts, "s3.put")
    yield Charge("reads", usage.thousand_gets, "s3.get")


def repository(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("images", scene.usage.images.repository_gb, "ecr.storage")


def image_cache(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("images kept of the upstream", scene.usage.images.cache_gb, "ecr.storage")


def image_scanning(resource: Resource, scene: Scene) -> Iterator[Charge | Free]:
    if resource.get("scan_type") != "ENHANCED":
        yield Free("basic scanning is free")
        return
    yield Charge("images scanned", scene.usage.images.pushed, "inspector.image")
    yield Charge("images scanned again", scene.usage.images.rescanned, "inspector.rescan")


def database(resource: Resource, scene: Scene) -> Iterator[Charge]:
    """Multi-AZ is a second server with a second disk."""
    copies = 2 if resource.get("multi_az") else 1
    note = "Multi-AZ: the standby costs the same again" if copies == 2 else ""
    key = f"rds.{resource.get('instance_class')}"
    yield Charge("database server", fixed(copies * HOURS), key, note=note)
    size = int(resource.get("allocated_storage"))
    most = max(size, int(resource.get("max_allocated_storage", default=0)))
    disk = between(size, size, most) * copies
    yield Charge(
        "disk", disk, f"rds.{resource.get('storage_type')}", note=f"may grow to {most} GB" if most > size else ""
    )
    yield Charge("backups beyond its size", scene.usage.database.extra_backup_gb, "rds.backup")
    if int(resource.get("monitoring_interval", default=0)):
        yield Charge("enhanced monitoring", scene.usage.database.monitoring_gb, "logs.ingested")
    if resource.get("manage_master_user_password"):
        yield Charge("password in Secrets Manager", ONE, "secret.month")


def table(resource: Resource, scene: Scene) -> Iterator[Charge]:
    """Provisioned capacity, which is what a table has that says nothing, has no price here, and so is refused."""
    mode = "" if resource.get("billing_mode") == "PAY_PER_REQUEST" else "_provisioned"
    usage = scene.usage.features
    yield Charge("writes", usage.million_writes, f"dynamodb.write{mode}")
    yield Charge("reads", usage.million_reads, f"dynamodb.read{mode}")
    yield Charge("stored", usage.stored_gb, "dynamodb.storage")
    if resource.get("point_in_time_recovery", "enabled"):
        yield Charge("point-in-time recovery", usage.stored_gb, "dynamodb.recovery")


def feature_group(resource: Resource, scene: Scene) -> Iterator[Charge | Free]:
    if not resource.get("online_store_config", "enable_online_store"):
        yield Free("offline only: what it keeps is billed as objects in its bucket")
        return
    usage = scene.usage.features
    yield Charge("online writes", usage.million_writes, "feature_group.write")
    yield Charge("online reads", usage.million_reads, "feature_group.read")
    yield Charge("online storage", usage.stored_gb, "feature_group.online")


def queries(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("scanned by queries", scene.usage.features.queried_tb, "athena.scanned")


PRICED = {
    "aws_s3_bucket": bucket,
    "aws_ecr_repository": repository,
    "aws_ecr_pull_through_cache_rule": image_cache,
    "aws_ecr_registry_scanning_configuration": image_scanning,
    "aws_db_instance": database,
    "aws_dynamodb_table": table,
    "aws_sagemaker_feature_group": feature_group,
    "aws_athena_workgroup": queries,
}
