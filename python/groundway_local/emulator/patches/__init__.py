"""What moto lacks or does otherwise than AWS: one module a service, each with `apply()`. Adding a module is enough.

State belongs on moto's backends and their objects, where a snapshot keeps it, never in a module's global.
"""

import pkgutil
from importlib import import_module


def apply() -> None:
    """Apply every patch of this package, once, before the first request."""
    for module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        import_module(module.name).apply()
