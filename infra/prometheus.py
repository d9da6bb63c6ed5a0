"""Amazon Managed Service for Prometheus: a workspace, what it scrapes, the rules it holds, and whom it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from infra.cdk import Construct, aws
from infra.protection import keep
from infra.site import Site

HERE = Path(__file__).parent
RULES = HERE / "rules"
ROUTES = HERE / "alert_routes.yaml"
SCRAPE = HERE / "scrape.yaml"


@dataclass(frozen=True, kw_only=True)
class PrometheusProps:
    """`pages_topic_arn` wakes somebody, `notices_topic_arn` does not. `key_arn` can never be another one later."""

    site: Site
    key_arn: str
    log_key_arn: str
    log_retention_days: int
    retention_days: int
    protect: bool
    pages_topic_arn: str
    notices_topic_arn: str
    cluster_name: str
    cluster_arn: str
    subnet_ids: Sequence[str]
    security_group_ids: Sequence[str]


class Prometheus(Construct):
    """`workspace_id` and `endpoint` are what queries need. Each file of `infra/rules/` is a namespace of rules."""

    def __init__(self, scope: Construct, id: str, props: PrometheusProps) -> None:
        super().__init__(scope, id)
        logs = aws.cloudwatch_log_group.CloudwatchLogGroup(
            self,
            "logs",
            # Under this name CloudWatch Logs lets services deliver without a resource policy of ours.
            name=f"/aws/vendedlogs/prometheus/{props.site.prefix}",
            retention_in_days=props.log_retention_days,
            kms_key_id=props.log_key_arn,
        )
        prometheus = aws.prometheus_workspace
        workspace = prometheus.PrometheusWorkspace(
            self,
            "workspace",
            alias=props.site.prefix,
            kms_key_arn=props.key_arn,
            logging_configuration=prometheus.PrometheusWorkspaceLoggingConfiguration(log_group_arn=f"{logs.arn}:*"),
            lifecycle=keep(props.protect),
        )
        self.workspace_id: str = workspace.id
        self.arn: str = workspace.arn
        self.endpoint: str = workspace.prometheus_endpoint
        aws.prometheus_workspace_configuration.PrometheusWorkspaceConfiguration(
            self, "configuration", workspace_id=workspace.id, retention_period_in_days=props.retention_days
        )
        for file in rule_files():
            aws.prometheus_rule_group_namespace.PrometheusRuleGroupNamespace(
                self, f"rules-{file.stem}", name=file.stem, workspace_id=workspace.id, data=rules(file)
            )
        aws.prometheus_alert_manager_definition.PrometheusAlertManagerDefinition(
            self, "routes", workspace_id=workspace.id, definition=routes(props)
        )
        self._scrape(props)

    def _scrape(self, props: PrometheusProps) -> None:
        """Its role is service-linked, and EKS lets it in by an access entry that AWS makes with the scraper."""
        scraper = aws.prometheus_scraper
        eks = scraper.PrometheusScraperSourceEks(
            cluster_arn=props.cluster_arn,
            subnet_ids=list(props.subnet_ids),
            security_group_ids=list(props.security_group_ids),
        )
        amp = scraper.PrometheusScraperDestinationAmp(workspace_arn=self.arn)
        scraper.PrometheusScraper(
            self,
            "scraper",
            alias=props.site.prefix,
            source=[scraper.PrometheusScraperSource(eks=[eks])],
            destination=[scraper.PrometheusScraperDestination(amp=[amp])],
            scrape_configuration=scrape(props),
        )


def rule_files() -> list[Path]:
    return sorted(RULES.glob("*.yaml"))


def rules(file: Path) -> str:
    """A file of rules as Terraform takes it: `${` and `%{` are no templates of Terraform there."""
    return file.read_text(encoding="utf-8").replace("${", "$${").replace("%{", "%%{")


def routes(props: PrometheusProps) -> str:
    """The definition of the alert manager."""
    return _filled(
        ROUTES,
        {
            "prefix": props.site.prefix,
            "environment": props.site.environment,
            "region": props.site.region,
            "pages": props.pages_topic_arn,
            "notices": props.notices_topic_arn,
        },
    )


def scrape(props: PrometheusProps) -> str:
    """The scraper's configuration."""
    return _filled(SCRAPE, {"environment": props.site.environment, "cluster": props.cluster_name})


def _filled(file: Path, values: Mapping[str, str]) -> str:
    """A file with its placeholders filled in. An unknown placeholder is a `KeyError`."""
    return Template(file.read_text(encoding="utf-8")).substitute(values)
