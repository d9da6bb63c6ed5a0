"""The main job, end to end: a platform deployed into the local cloud, a model through its life, a report, nothing left.

Each half can be repeated, and goes on where a killed one stopped: every step finds what is there already.
"""

import signal

import click

from groundway_ops.demo.journey import Journey


@click.group(invoke_without_command=True, epilog="Example: groundway demo")
@click.option("--environment", default="dev", show_default=True)
@click.pass_context
def demo(context: click.Context, environment: str) -> None:
    """The whole life cycle in the local cloud; at the end everything is torn down again.

    With `up`, deploy and serve a first model, and leave it running; with `down`, tear that down.
    """
    context.obj = environment
    if context.invoked_subcommand is None:
        whole(Journey.start(environment))


@demo.command(epilog="Example: groundway demo up")
@click.pass_obj
def up(environment: str) -> None:
    """Deploy, train and serve a first model; leave it running and print the addresses."""
    journey = Journey.start(environment)
    journey.up()
    journey.report()
    click.echo("\n" + journey.addresses())


@demo.command(epilog="Example: groundway demo down")
@click.pass_obj
def down(environment: str) -> None:
    """Destroy what was deployed and stop every process."""
    journey = Journey.start(environment)
    journey.down()
    journey.report()


def whole(journey: Journey) -> None:
    """Both halves with the watching and the releases between them. Whatever happens, what was started is torn down."""
    signal.signal(signal.SIGTERM, _interrupt)
    if journey.left_running():
        click.echo("An earlier run left things running; tearing them down first.")
        journey.down()
        journey = Journey.start(journey.environment)
    try:
        journey.up()
        journey.live()
        journey.release()
        journey.bill()
    except BaseException:
        click.echo("\nStopped early; tearing down.", err=True)
        _down_quietly(journey)
        raise
    journey.down()
    page = journey.report()
    click.echo("\n" + journey.summary())
    click.echo(f"\nThe report: {page}")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _down_quietly(journey: Journey) -> None:
    """Tear down without hiding why: a second failure is told, and the first one stays the one that counts."""
    try:
        journey.down()
        journey.report()
    except Exception as e:
        what = e.message if isinstance(e, click.ClickException) else f"{type(e).__name__}: {e}"
        click.echo(f"The tear-down failed too: {what}\nTry again with: make down", err=True)
