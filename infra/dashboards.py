"""Dashboards of CloudWatch, as text."""

import json
from collections.abc import Sequence
from typing import Any

from infra.alarms import Watch

Widget = dict[str, Any]


def dashboard(widgets: Sequence[Widget]) -> str:
    """The body of a dashboard: two widgets a row, in the order given."""
    placed = [{**w, "x": 12 * (i % 2), "y": 6 * (i // 2), "width": 12, "height": 6} for i, w in enumerate(widgets)]
    return json.dumps({"widgets": placed}, separators=(",", ":"))


def watched(watch: Watch, region: str) -> Widget:
    """The metric of a watch, with its limit."""
    name, value = next(iter(watch.dimensions.items()))
    properties = {
        "title": watch.meaning,
        "region": region,
        "stat": watch.statistic,
        "period": watch.seconds,
        "metrics": [[watch.namespace, watch.metric, name, value]],
        "annotations": {"horizontal": [{"label": "alarm", "value": watch.limit}]},
    }
    return {"type": "metric", "properties": properties}
