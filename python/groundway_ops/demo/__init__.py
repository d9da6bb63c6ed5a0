"""The main job, end to end: a platform deployed into the local cloud, a model through its life, a report, nothing left.

Each half can be repeated, and goes on where a killed one stopped: every step finds what is there already.
"""

import sys

import click

from groundway_ops.demo.journey import Journey


@click.group(invoke_without_command=True, epilog="Example: groundway demo")
@click.option("--environment", default="dev", show_default=True)
@click.pass_context
def demo(context: click.Context, environment: str) -> None:
    """The whole life cycle in the local cloud; at the end everything is torn down again.

    With `up`, deploy and serve a first model, and leave it running; with `down`, tear that down.
    """
    context.obj = Journey.start(environment)
    if context.invoked_subcommand is None:
        whole(context.obj)


@demo.command(epilog="Example: groundway demo up")
@click.pass_obj
def up(journey: Journey) -> None:
    """Deploy, train and serve a first model; leave it running and print the addresses."""
    journey.up()
    journey.report()
    click.echo("\n" + journey.addresses())


@demo.command(epilog="Example: groundway demo down")
@click.pass_obj
def down(journey: Journey) -> None:
    """Destroy what was deployed and stop every process."""
    journey.down()
    journey.report()


def whole(journey: Journey) -> None:
    """Both halves with the watching between them. Whatever happens, what was started is torn down."""
    try:
        journey.up()
        journey.live()
    finally:
        failed = sys.exc_info()[0] is not None
        if failed:
            click.echo("\nStopped early; tearing down.", file=sys.stderr)
        journey.down()
        page = journey.report()
    click.echo("\n" + journey.summary())
    click.echo(f"\nThe report: {page}")
