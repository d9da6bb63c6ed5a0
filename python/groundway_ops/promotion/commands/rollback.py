"""Take an environment back to the release that it ran before."""

import time

import click

from groundway_ops.promotion.commands.speech import as_json, document, reason, say


@click.command(epilog="Example: groundway rollback prod --reason 'scores drift since noon'")
@click.argument("environment", metavar="ENV")
@click.option("--to", metavar="RELEASE", help="Which release. [default: what ran before]")
@click.option("--accept", "accepted", multiple=True, metavar="ADDRESS", help="A stateful resource that may go.")
@reason
@as_json
def rollback(environment: str, to: str | None, accepted: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Go back to the release that ENV ran before: its models, its code, its environment.yaml.

    Needs nothing but ENV's own account and the commit in git. A promotion or a deploy that died half-way is undone. No
    gate holds it up; but what holds state and came with the newer release goes only if it is accepted.
    """
    from groundway_ops.promotion.desk import Desk
    from groundway_ops.promotion.rollback import Rollback

    begun = time.monotonic()
    release = Rollback(Desk.of(environment, say), to, reason, frozenset(accepted)).run()
    seconds = round(time.monotonic() - begun, 1)
    if as_json:
        document({"release": release.model_dump(mode="json"), "seconds": seconds})
        return
    click.echo(f"{environment} runs {release.name} again, after {seconds} s")
