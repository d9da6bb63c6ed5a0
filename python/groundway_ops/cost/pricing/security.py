"""Keys, the audit trail, threat detection, the budget's brake, alerts and queues."""

from collections.abc import Iterator
from decimal import Decimal

from groundway_ops.cost.amounts import ONE, Range, between, fixed, total
from groundway_ops.cost.pricing.charge import Charge, Free
from groundway_ops.cost.pricing.nodes import pools, vcpu_months
from groundway_ops.cost.resources import Resource, Scene

DAYS = Decimal("30.4")
FEATURES = {  # of GuardDuty: what they are called in the price book
    "S3_DATA_EVENTS": "s3_events",
    "EKS_AUDIT_LOGS": "audit_logs",
    "EBS_MALWARE_PROTECTION": "disk_scanned",
    "RDS_LOGIN_EVENTS": "database",
    "RUNTIME_MONITORING": "runtime",
}
DATABASE_VCPUS = {"micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4}


def key(resource: Resource, scene: Scene) -> Iterator[Charge]:
    """The first two rotations, one a year, add a dollar a month each."""
    rotates = bool(resource.get("enable_key_rotation"))
    note = "its first two yearly rotations add a dollar each" if rotates else ""
    yield Charge("key", between(1, 1, 3) if rotates else ONE, "kms.key", note=note)
    yield Charge("requests", scene.usage.security.ten_thousand_key_requests, "kms.requests")


def trail(resource: Resource, scene: Scene) -> Iterator[Charge | Free]:
    if "Data" not in str(resource.arguments.get("advanced_event_selector")):
        yield Free("the first copy of management events is free")
        return
    events = scene.usage.security.million_data_events * 10
    yield Charge("object reads and writes recorded", events, "cloudtrail.data_events")


def detector(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    usage = scene.usage.security
    yield Charge("management events", usage.million_management_events, "guardduty.management_events")
    yield Charge("flow and DNS logs", usage.analyzed_log_gb, "guardduty.network_logs")


def detector_feature(resource: Resource, scene: Scene) -> Iterator[Charge | Free]:
    """A feature that is not known here has no price, and so is refused."""
    name = str(resource.get("name"))
    if resource.get("status") != "ENABLED":
        yield Free("switched off")
        return
    usage = scene.usage.security
    quantities = {
        "S3_DATA_EVENTS": lambda: usage.million_data_events,
        "EKS_AUDIT_LOGS": lambda: usage.million_audit_events,
        "EBS_MALWARE_PROTECTION": lambda: usage.scanned_disk_gb,
        "RDS_LOGIN_EVENTS": lambda: _database_vcpus(scene),
        "RUNTIME_MONITORING": lambda: total([vcpu_months(pool, scene) for pool in pools(scene)]),
    }
    what = name.lower().replace("_", " ")
    note = "vCPUs of the nodes, at the price of the first 500" if name == "RUNTIME_MONITORING" else ""
    yield Charge(
        what, quantities[name]() if name in quantities else ONE, f"guardduty.{FEATURES.get(name, name)}", note=note
    )


def _database_vcpus(scene: Scene) -> Range:
    return fixed(sum(_vcpus(str(r.get("instance_class"))) for r in scene.of("aws_db_instance")))


def _vcpus(instance_class: str) -> int:
    size = instance_class.rpartition(".")[2]
    return DATABASE_VCPUS.get(size) or 4 * int(size.removesuffix("xlarge"))


def budget_action(_resource: Resource, _scene: Scene) -> Iterator[Charge]:
    note = "budgets with an action: the first two of an account are free"
    yield Charge("days", between(0, DAYS, DAYS), "budgets.action", note=note)


def topic(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("messages", scene.usage.messages.million_sent, "sns.requests")


def subscription(resource: Resource, scene: Scene) -> Iterator[Charge | Free]:
    if resource.get("protocol") in ("email", "email-json"):
        yield Charge("mails", scene.usage.messages.mails / 100_000, "sns.emails")
    elif resource.get("protocol") in ("sqs", "lambda", "firehose"):
        yield Free("delivery to SQS, Lambda and Firehose is free")
    else:
        yield Charge("deliveries", ONE, f"sns.{resource.get('protocol')}")


def queue(_resource: Resource, scene: Scene) -> Iterator[Charge]:
    yield Charge("requests", scene.usage.messages.million_queued, "sqs.requests")


def parameter(resource: Resource, _scene: Scene) -> Iterator[Charge | Free]:
    if resource.get("tier", default="Standard") == "Standard":
        yield Free("standard parameters are free")
    else:
        yield Charge("advanced parameter", ONE, "ssm.advanced_parameter")


def secret(_resource: Resource, _scene: Scene) -> Iterator[Charge]:
    yield Charge("secret", ONE, "secret.month")


PRICED = {
    "aws_kms_key": key,
    "aws_cloudtrail": trail,
    "aws_guardduty_detector": detector,
    "aws_guardduty_detector_feature": detector_feature,
    "aws_budgets_budget_action": budget_action,
    "aws_sns_topic": topic,
    "aws_sns_topic_subscription": subscription,
    "aws_sqs_queue": queue,
    "aws_ssm_parameter": parameter,
    "aws_secretsmanager_secret": secret,
}
