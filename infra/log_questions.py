"""Logs: error lines counted as a metric, and ready questions for Logs Insights."""

from collections.abc import Mapping, Sequence

from infra.alarms import Watch
from infra.cdk import Construct, aws

ERRORS = "?ERROR ?CRITICAL ?Traceback"  # a line that has any of these words

RECENT_ERRORS = """fields @timestamp, @logStream, @message
| filter @message like /ERROR|CRITICAL|Traceback/
| sort @timestamp desc
| limit 200"""

WHO_CHANGED_WHAT = """fields @timestamp, user.username, verb, objectRef.resource, objectRef.namespace, objectRef.name
| filter @logStream like /^kube-apiserver-audit/ and verb in ["create", "update", "patch", "delete"]
| filter user.username not like /^system:/
| sort @timestamp desc
| limit 200"""

WHO_WAS_REFUSED = """fields @timestamp, user.username, verb, requestURI, responseStatus.reason
| filter @logStream like /^kube-apiserver-audit/ and responseStatus.code in [401, 403]
| stats count(*) as times by user.username, verb, responseStatus.reason
| sort times desc"""


def error_lines(scope: Construct, environment: str, groups: Mapping[str, str]) -> list[Watch]:
    """Count the error lines of each kind of work (`{"serving": name of its log group}`); the watches over them."""
    return [_counted(scope, environment, kind, group) for kind, group in groups.items()]


def _counted(scope: Construct, environment: str, kind: str, group: str) -> Watch:
    watch = Watch(
        name=f"{kind}-errors",
        meaning=f"The logs of {kind} fill with errors",
        namespace=f"Groundway/{environment}",
        metric=f"{kind.title()}ErrorLines",
        dimensions={},
        statistic="Sum",
        limit=10,
    )
    filters = aws.cloudwatch_log_metric_filter
    filters.CloudwatchLogMetricFilter(
        scope,
        f"{kind}-error-lines",
        name=f"{kind}-errors",
        log_group_name=group,
        pattern=ERRORS,
        metric_transformation=filters.CloudwatchLogMetricFilterMetricTransformation(
            namespace=watch.namespace, name=watch.metric, value="1", default_value="0", unit="Count"
        ),
    )
    return watch


def questions(scope: Construct, prefix: str, groups: Sequence[str], cluster_group: str) -> None:
    """Saved queries; CloudWatch shows those of one `<prefix>/` as a folder."""
    ready = {
        "recent-errors": (RECENT_ERRORS, groups),
        "who-changed-what": (WHO_CHANGED_WHAT, [cluster_group]),
        "who-was-refused": (WHO_WAS_REFUSED, [cluster_group]),
    }
    for name, (query, asked) in ready.items():
        aws.cloudwatch_query_definition.CloudwatchQueryDefinition(
            scope, name, name=f"{prefix}/{name}", query_string=query, log_group_names=list(asked)
        )
