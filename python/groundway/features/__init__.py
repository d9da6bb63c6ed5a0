"""Features: one Feast definition, read as of any moment offline and at this moment online.

Feast is slow to import (seconds), so it is imported when the store is made, not when this package is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from groundway.platform import Platform
from groundway.tags import CostTags

if TYPE_CHECKING:
    from groundway.features.feature_store import FeatureStore


def store(platform: Platform, project: str, tags: CostTags | None = None) -> FeatureStore:
    """The feature store of `project` (letters, digits, _) on `platform`; objects carry `tags` or the platform's."""
    from groundway.features.feature_store import FeatureStore

    return FeatureStore(platform, project, tags or platform.tags)


def digest(definitions: Sequence[Any]) -> str:
    """A stable hash of feature definitions, for lineage. The same wherever they are deployed."""
    from groundway.features.definitions import digest

    return digest(definitions)
