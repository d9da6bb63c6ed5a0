"""Prometheus: alert routing, retention and scrapers, of which nothing is routed, kept or scraped. moto has the rest."""

from typing import Any

from groundway_local.emulator.recorded.documents import Document
from groundway_local.emulator.recorded.table import Asked, Members, Record, Refused, Service, Update

SETTINGS = "workspace configuration"
UNTOUCHED = {"retentionPeriodInDays": 150, "status": {"statusCode": "ACTIVE"}}
RECEIVERS = {"sns_configs", "pagerduty_configs", "name"}  # what the managed Alertmanager can send by


def workspace_exists(asked: Asked) -> None:
    from moto.amp.models import amp_backends

    workspace = asked.members["workspaceId"]
    if workspace not in amp_backends[asked.account][asked.region].workspaces:
        raise Refused("ResourceNotFoundException", f"The workspace {workspace} does not exist.")


def routes(asked: Asked) -> None:
    """The definition is YAML that holds YAML, with receivers that the managed Alertmanager has."""
    import yaml

    workspace_exists(asked)
    try:
        definition: Any = yaml.safe_load(asked.members["data"])
        config: Any = yaml.safe_load(definition["alertmanager_config"])
        receivers = config["receivers"]
        names = {r["name"] for r in receivers}
        default = config["route"]["receiver"]
    except (yaml.YAMLError, TypeError, KeyError) as error:
        raise Refused("ValidationException", f"The alert manager definition is not valid: {error}") from None
    if unknown := {kind for r in receivers for kind in r} - RECEIVERS:
        raise Refused("ValidationException", f"The receiver {min(unknown)} is not supported.")
    if default not in names:
        raise Refused("ValidationException", f"The route's receiver {default!r} is not defined.")


def describe_settings(asked: Asked) -> Members:
    workspace_exists(asked)
    return {"workspaceConfiguration": {**UNTOUCHED, **_settings(asked).members}}


def update_settings(asked: Asked) -> Members:
    workspace_exists(asked)
    given = {k: v for k, v in asked.members.items() if k not in ("workspaceId", "clientToken")}
    _settings(asked).members.update(given)
    return {"status": {"statusCode": "ACTIVE"}}


def _settings(asked: Asked) -> Document:
    """A workspace always has a configuration, so it is nothing held of its own."""
    return asked.shelf.setdefault(SETTINGS, {}).setdefault(asked.members["workspaceId"], Document({}, held=False))


SERVICE = Service(
    "amp",
    signing="aps",
    records=(
        Record(
            noun="alert manager definition",
            key="{workspaceId}",
            create="CreateAlertManagerDefinition",
            reads=("DescribeAlertManagerDefinition",),
            updates=(Update("PutAlertManagerDefinition"),),
            delete="DeleteAlertManagerDefinition",
            wraps=("alertManagerDefinition",),
            computed={"status": {"statusCode": "ACTIVE"}, "createdAt": "{now}", "modifiedAt": "{now}"},
            updated={"modifiedAt": "{now}"},
            check=routes,
        ),
        Record(
            noun="scraper",
            key="{scraperId}",
            create="CreateScraper",
            reads=("DescribeScraper",),
            listings=("ListScrapers",),
            updates=(Update("UpdateScraper"),),
            delete="DeleteScraper",
            wraps=("scraper",),
            lists="scrapers",
            computed={
                "scraperId": "s-{uuid}",
                "roleArn": "arn:aws:iam::{account}:role/aws-service-role/scraper.aps.amazonaws.com/"
                "AWSServiceRoleForAmazonPrometheusScraper_{random}",
                "status": {"statusCode": "ACTIVE"},
                "createdAt": "{now}",
                "lastModifiedAt": "{now}",
            },
            updated={"lastModifiedAt": "{now}"},
            arn="arn:aws:aps:{region}:{account}:scraper/{scraperId}",
        ),
    ),
    calls={
        "DescribeWorkspaceConfiguration": describe_settings,
        "UpdateWorkspaceConfiguration": update_settings,
    },
)
