"""Watching a served model: drift of its inputs and scores, quality once labels come in, and whether to retrain."""

from groundway.monitoring.assess import Assessment, FeatureDrift, Policy, assess
from groundway.monitoring.gauges import publish
from groundway.monitoring.observed import Reference, Window, latest_day, put_labels, reference, window

__all__ = [
    "Assessment",
    "FeatureDrift",
    "Policy",
    "Reference",
    "Window",
    "assess",
    "latest_day",
    "publish",
    "put_labels",
    "reference",
    "window",
]
