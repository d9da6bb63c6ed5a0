"""Take environments through their whole life in local clouds of their own; what goes wrong is named."""

import json

import click

from groundway import environment as environments
from groundway.errors import InvalidInput, Refused


@click.command(epilog="Example: groundway rehearse prod --change --from v1.0")
@click.argument("names", metavar="ENV...", nargs=-1, required=True)
@click.option("--change", is_flag=True, help="Only deploy and plan again; with --from only upgrade and roll back.")
@click.option("--from", "base", metavar="REV", help="Upgrade from this revision, a commit or a tag, and roll back.")
@click.option(
    "--accept", "accepted", metavar="ADDRESS", multiple=True, help="This stateful resource may go; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print the records; progress goes to standard error.")
def rehearse(names: tuple[str, ...], change: bool, base: str | None, accepted: tuple[str, ...], as_json: bool) -> None:
    """Take environments through their whole life, each in a local cloud of its own.

    Deployed from nothing, planned again, changed behind Terraform's back and repaired, destroyed, killed in the middle;
    with --from upgraded from that revision and rolled back to it. With --change only what a change needs, for a
    promotion. What was found is written to rehearsals/ENV.json and ENV.html in GROUNDWAY_HOME (default: .groundway).
    Exit code 3 on any breach.
    """
    from groundway_ops.rehearsal import record as recorded
    from groundway_ops.rehearsal.checkout import Checkout
    from groundway_ops.rehearsal.rehearsal import Request
    from groundway_ops.rehearsal.together import rehearse_all

    if accepted and not base:
        raise InvalidInput("--accept: nothing goes in a rehearsal without --from REV")
    checkout = Checkout(environments.checkout())
    wanted = [environments.load(name, checkout.root) for name in dict.fromkeys(names)]
    request = Request("change" if change else "whole", checkout.commit(base) if base else None, frozenset(accepted))
    folder = recorded.folder()
    records = rehearse_all(wanted, checkout, request, folder, lambda text: click.echo(text, err=as_json))
    if as_json:
        click.echo(json.dumps([json.loads(record.json_text()) for record in records], indent=2))
    else:
        click.echo("\n" + "\n\n".join(recorded.table(record) for record in records))
        click.echo("".join(f"\n{folder / record.environment}.html" for record in records))
    if wrong := [record.environment for record in records if not record.ok]:
        breaches = sum(len(record.breaches) for record in records)
        raise Refused(f"{', '.join(wrong)}: {breaches} breaches; see {folder}")
