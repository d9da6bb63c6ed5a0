"""The resource types: a module for each service, each with its `SPECS` (type name to Spec)."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from groundway_local.provider.spec import Spec


@cache
def registry() -> dict[str, Spec]:
    """Every type, from every module of this package."""
    found: dict[str, Spec] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        found |= importlib.import_module(f"{__name__}.{module}").SPECS
    return dict(sorted(found.items()))
