"""An estimate as text: one module a format, each with `render(estimate, before)`."""

import importlib

from groundway_ops.cost.record import Estimate

FORMATS = ("terminal", "json", "markdown", "html")


def render(name: str, estimate: Estimate, before: Estimate | None = None) -> str:
    """The estimate in the format of that name; beside `before`, what has changed since."""
    module = importlib.import_module(f"{__name__}.{'document' if name == 'json' else name}")
    text: str = module.render(estimate, before)
    return text
