"""CloudWatch: alarms over alarms. They are kept and checked, and never go off: nothing is evaluated here."""

import re

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

NAMED = re.compile(r"(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*[\"']?([^\"')]+?)[\"']?\s*\)")


def put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    rule, name = self._get_param("AlarmRule"), self._get_param("AlarmName")
    alarms = self.cloudwatch_backend.alarms
    missing = sorted({given.rpartition(":")[2] for given in NAMED.findall(rule)} - set(alarms))
    if missing:
        raise ValidationError(f"AlarmRule: the alarm {missing[0]} does not exist")
    self.put_metric_alarm()
    alarms[name].alarm_rule = rule
    return EmptyResult()


def apply() -> None:
    CloudWatchResponse.put_composite_alarm = put_composite_alarm
