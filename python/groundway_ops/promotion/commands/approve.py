"""Approve, as yourself, that a release moves on to the next environment."""

import click

from groundway_ops.promotion.commands.speech import as_json, document, reason, say


@click.command(epilog="Example: groundway approve staging prod --reason 'seen on Monday, numbers are fine'")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@reason
@as_json
def approve(source: str, target: str, reason: str, as_json: bool) -> None:
    """Approve that what FROM pins goes to TO, as whoever AWS says you are in the account of TO.

    The approval is for exactly this content, and expires (promotion.approval_days). Whoever asks for the promotion or
    made the release cannot approve it.
    """
    from groundway_ops.promotion.approve import approve as give
    from groundway_ops.promotion.desk import Desk

    entry, until = give(Desk.of(source, say), Desk.of(target, say), reason)
    event = entry.event
    if as_json:
        document({"by": event.by, "until": until.isoformat(), "approved": event.release, **event.details})
        return
    click.echo(f"{event.by} approves {event.release} for {target} until {until:%F %H:%M} UTC")
