"""Logs: a metric filter that is put again replaces the one of that name."""

from typing import Any

from moto.logs.metric_filters import MetricFilters

add_filter = MetricFilters.add_filter


def put_filter(self: Any, filter_name: str, filter_pattern: str, log_group_name: str, transformations: Any) -> None:
    self.delete_filter(filter_name, log_group_name)
    add_filter(self, filter_name, filter_pattern, log_group_name, transformations)


def apply() -> None:
    MetricFilters.add_filter = put_filter
