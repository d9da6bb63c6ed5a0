"""Take environments through their whole life in local clouds of their own; what goes wrong is named."""

import json
from pathlib import Path

import click

from groundway import environment as environments
from groundway.errors import Refused
from groundway.service import home


@click.command(epilog="Example: groundway rehearse prod --from v1.0")
@click.argument("names", metavar="ENV...", nargs=-1, required=True)
@click.option("--from", "base", metavar="REV", help="Also rehearse the upgrade from this revision, a commit or a tag.")
@click.option("--json", "as_json", is_flag=True, help="Print the records; progress goes to standard error.")
def rehearse(names: tuple[str, ...], base: str | None, as_json: bool) -> None:
    """Take environments through their whole life, each in a local cloud of its own.

    Deployed from nothing, planned again, changed behind Terraform's back and repaired, destroyed, killed in the middle,
    upgraded with --from. What was found is written to rehearsals/ENV.json and ENV.html in GROUNDWAY_HOME (default:
    .groundway). Exit code 3 on any breach.
    """
    from groundway_ops.rehearsal.checkout import Checkout
    from groundway_ops.rehearsal.record import table
    from groundway_ops.rehearsal.together import rehearse_all

    checkout = Checkout(environments.checkout())
    wanted = [environments.load(name, checkout.root) for name in dict.fromkeys(names)]
    commit = checkout.commit(base) if base else None
    folder = Path(home()).absolute() / "rehearsals"
    records = rehearse_all(wanted, checkout, commit, folder, lambda text: click.echo(text, err=as_json))
    if as_json:
        click.echo(json.dumps([json.loads(record.json_text()) for record in records], indent=2))
    else:
        click.echo("\n" + "\n\n".join(table(record) for record in records))
        click.echo("".join(f"\n{folder / record.environment}.html" for record in records))
    if wrong := [record.environment for record in records if not record.ok]:
        breaches = sum(len(record.breaches) for record in records)
        raise Refused(f"{', '.join(wrong)}: {breaches} breaches; see {folder}")
