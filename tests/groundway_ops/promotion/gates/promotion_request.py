"""A request to promote from dev to staging, any part of which a test may give."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundway.environment import Environment
from groundway.release import Release
from groundway.release.model import name
from groundway_ops.promotion.gates import Request

CHECKOUT = Path(__file__).parents[4]
NOW = datetime.now(UTC).replace(microsecond=0)
HEX = "sha256:" + 64 * "0"
Ask = Callable[..., Request]


def release(of: str, **changes: Any) -> Release:
    """A release of the environment `of` that pins next to nothing."""
    pinned = {
        "name": name(NOW, HEX),
        "environment": of,
        "created": NOW,
        "by": "arn:aws:sts::111111111111:assumed-role/ops/maker",
        "revision": 40 * "a",
        "blueprint": HEX,
        "configuration": HEX,
        "policies": HEX,
    }
    return Release.model_validate({**pinned, **changes})


def promoting(where: Environment, **promotion: Any) -> Environment:
    """The environment with these rules for promotions."""
    rules = type(where.promotion)(**promotion)
    return where.model_copy(update={"promotion": rules})
