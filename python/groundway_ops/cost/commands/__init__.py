"""`groundway cost`: what the platform costs, before anyone pays for it and after."""

import click

from groundway_ops.cost.commands.estimate import estimate


@click.group(epilog="Example: groundway cost estimate dev")
def cost() -> None:
    """What the platform costs: the price before a change, the bill after it."""


for command in (estimate,):
    cost.add_command(command)
