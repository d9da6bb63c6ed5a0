"""`groundway cost`: what the stacks cost, before anyone pays for them."""

from groundway_ops.cost.command import cost

__all__ = ["cost"]
