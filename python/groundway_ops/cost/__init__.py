"""`groundway cost`: what the platform costs, before anyone pays for it and after."""

from groundway_ops.cost.commands import cost

__all__ = ["cost"]
