"""The resource types: a module for each service, each with its `SPECS` (type name to Spec).

To add a type: a `Spec` here (see `spec.py`; most are its calls and an id), an example that says how it changes in
`tests/groundway_local/provider/examples/`, and, where moto lacks something, a module in `emulator/patches/`. The schema
comes from the bindings. `test_conformance.py` then takes the type through its whole life.
"""

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
