"""`groundway cost`: what the platform costs, before anyone pays for it and after."""

import click

from groundway_ops.cost.commands.collect import collect
from groundway_ops.cost.commands.estimate import estimate
from groundway_ops.cost.commands.ingest import ingest
from groundway_ops.cost.commands.prices import prices
from groundway_ops.cost.commands.report import report


@click.group(epilog="Example: groundway cost estimate dev")
def cost() -> None:
    """What the platform costs: the price before a change, the bill after it."""


for command in (collect, estimate, ingest, prices, report):
    cost.add_command(command)
