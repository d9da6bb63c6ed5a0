"""Amazon Managed Service for Prometheus: workspaces, their rules and alert routing, and scrapers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_WORKSPACE = {"workspaceId": "{id}"}
_OF_WORKSPACE = {"workspaceId": "{workspace_id}"}
_RULES = {**_OF_WORKSPACE, "name": "{name}"}
_SCRAPER = {"scraperId": "{id}"}
_TAGGING = by_arn("list_tags_for_resource", "resourceArn", "tags")


def _text(*path: str) -> Callable[[dict[str, Any]], str | None]:
    """Reads a blob as the text that it is."""

    def read(answer: dict[str, Any]) -> str | None:
        found: Any = answer
        for member in path:
            found = (found or {}).get(member)
        return found.decode() if isinstance(found, bytes) else found

    return read


def _set_logging(api: Api, prior: State, planned: State) -> None:
    old, new = (s.get("logging_configuration") for s in (prior, planned))
    workspace = {"workspaceId": planned["id"]}
    if not new:
        api.call("delete_logging_configuration", **workspace)
        return
    call = "update_logging_configuration" if old else "create_logging_configuration"
    api.call(call, **workspace, logGroupArn=new[0]["log_group_arn"])


def _read_logging(answer: dict[str, Any]) -> list[State]:
    return [{"log_group_arn": answer["logGroupArn"]}] if answer.get("logGroupArn") else []


SPECS = {
    "aws_prometheus_workspace": Spec(
        "amp",
        "Workspace",
        Op("create_workspace"),
        id="{workspaceId}",
        read=(
            Op("describe_workspace", _WORKSPACE, "workspace"),
            Op("describe_logging_configuration", _WORKSPACE, "loggingConfiguration", optional=True),
        ),
        update=(
            Op("update_workspace_alias", _WORKSPACE, attrs=("alias",)),
            Step(("logging_configuration",), _set_logging),
        ),
        delete=Op("delete_workspace", _WORKSPACE),
        names={"logging_configuration": Via(read=_read_logging)},
        tagging=_TAGGING,
        support="patched",
    ),
    "aws_prometheus_workspace_configuration": Spec(
        "amp",
        "",
        Op("update_workspace_configuration", _OF_WORKSPACE),
        id="{workspace_id}",
        read=(Op("describe_workspace_configuration", _OF_WORKSPACE, "workspaceConfiguration"),),
        update=(
            Op(
                "update_workspace_configuration",
                _OF_WORKSPACE,
                attrs=("limits_per_label_set", "retention_period_in_days"),
            ),
        ),
        provider_only=("workspace_id",),
        replace=("workspace_id",),
        support="recorded",
    ),
    "aws_prometheus_rule_group_namespace": Spec(
        "amp",
        "RuleGroupsNamespace",
        Op("create_rule_groups_namespace", _OF_WORKSPACE),
        id="{arn}",
        import_id="arn:aws:aps:{region}:{account}:rulegroupsnamespace/{workspace_id}/{name}",
        read=(Op("describe_rule_groups_namespace", _RULES, "ruleGroupsNamespace"),),
        update=(Op("put_rule_groups_namespace", _RULES, attrs=("data",)),),
        delete=Op("delete_rule_groups_namespace", _RULES),
        names={"data": Via("data", read=_text("data"))},
        computed={"arn": "arn:aws:aps:{region}:{account}:rulegroupsnamespace/{workspace_id}/{name}"},
        provider_only=("workspace_id",),
        replace=("workspace_id",),
        tagging=_TAGGING,
    ),
    "aws_prometheus_alert_manager_definition": Spec(
        "amp",
        "AlertManagerDefinition",
        Op("create_alert_manager_definition", _OF_WORKSPACE),
        id="{workspace_id}",
        read=(Op("describe_alert_manager_definition", _OF_WORKSPACE, "alertManagerDefinition"),),
        update=(Op("put_alert_manager_definition", _OF_WORKSPACE, attrs=("definition",)),),
        delete=Op("delete_alert_manager_definition", _OF_WORKSPACE),
        names={"definition": Via("data", read=_text("data"))},
        provider_only=("workspace_id",),
        replace=("workspace_id",),
        support="recorded",
    ),
    "aws_prometheus_scraper": Spec(
        "amp",
        "Scraper",
        Op("create_scraper"),
        id="{scraperId}",
        read=(Op("describe_scraper", _SCRAPER, "scraper"),),
        update=(
            Op(
                "update_scraper", _SCRAPER, attrs=("alias", "destination", "role_configuration", "scrape_configuration")
            ),
        ),
        delete=Op("delete_scraper", _SCRAPER),
        names={
            "destination.amp": "ampConfiguration",
            "scrape_configuration": Via(
                "scrapeConfiguration",
                write=lambda text: {"configurationBlob": text},
                read=_text("scrapeConfiguration", "configurationBlob"),
            ),
            "source.eks": "eksConfiguration",
        },
        replace=("source",),
        tagging=_TAGGING,
        support="recorded",
    ),
}
