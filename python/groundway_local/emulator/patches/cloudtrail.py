"""CloudTrail: selectors replace those that were there, none at all included."""

from typing import Any

from moto.cloudtrail.models import Trail


def put_event_selectors(self: Any, basic: list[dict[str, Any]] | None, advanced: list[dict[str, Any]] | None) -> None:
    self.event_selectors, self.advanced_event_selectors = basic or [], advanced or []


def apply() -> None:
    Trail.put_event_selectors = put_event_selectors
