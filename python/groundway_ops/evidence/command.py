"""The evidence of an environment: prove that nothing was tampered with, and show who did what, when and why."""

import json
from pathlib import Path
from typing import get_args

import click
from pydantic import BaseModel

from groundway.environment import load
from groundway.errors import InvalidInput, Refused
from groundway_ops.evidence import proof, show
from groundway_ops.evidence.canonical import canonical
from groundway_ops.evidence.checkpoint import Checkpoint
from groundway_ops.evidence.event import Kind
from groundway_ops.evidence.log import Log, open_log

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog="Example: groundway evidence verify prod --since kept.json")
def evidence() -> None:
    """The evidence of an environment: prove that nothing was tampered with, show who did what, when and why."""


@evidence.command(epilog="Example: groundway evidence verify prod --since kept.json")
@click.argument("name", metavar="ENV")
@click.option("--since", type=FILE, help="A checkpoint kept earlier: the log must have begun as it says.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def verify(name: str, since: Path | None, as_json: bool) -> None:
    """Prove that nothing was changed, removed or reordered. Exit code 3 names all that was tampered with.

    Whoever holds the signing key and may delete what is locked could write the whole log anew: only --since shows that.
    """
    log = open_log(load(name))
    found = log.verify(_kept(since, log) if since else None)
    if as_json:
        click.echo(json.dumps(found.document(), indent=2))
    else:
        for line in (*found.problems, *(f"note: {note}" for note in found.notes)):
            click.echo(line)
        click.echo(f"{name}: entries {found.entries}, checkpoints {found.checkpoints}, problems {len(found.problems)}")
    if not found.ok:
        word = "problem" if len(found.problems) == 1 else "problems"
        raise Refused(f"the evidence of {name} was tampered with: {len(found.problems)} {word}")


@evidence.command("show", epilog="Example: groundway evidence show prod --kind approval --markdown")
@click.argument("name", metavar="ENV")
@click.option("--release", help="Only what is about this release, or names it.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Only events of this kind.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option("--markdown", "as_markdown", is_flag=True, help="A table for a report.")
def show_(name: str, release: str | None, kind: str | None, as_json: bool, as_markdown: bool) -> None:
    """Show who did what, when, why, with which results. Refuses (exit code 3) entries that are not what was signed."""
    if as_json and as_markdown:
        raise click.UsageError("--json or --markdown, not both")
    entries = open_log(load(name)).entries(kind)
    if release:
        entries = show.about(entries, release)
    if as_json:
        click.echo(json.dumps(show.document(entries), indent=2, ensure_ascii=False))
    elif as_markdown:
        click.echo(show.markdown(name, entries), nl=False)
    else:
        click.echo(show.text(entries) or f"{name}: no such events\n", nl=False)


@evidence.command(epilog="Example: groundway evidence checkpoint prod > kept.json")
@click.argument("name", metavar="ENV")
def checkpoint(name: str) -> None:
    """Print the newest checkpoint, for an auditor to keep elsewhere: see verify --since."""
    log = open_log(load(name))
    head = log.head()
    if head is None:
        raise InvalidInput(f"the log of {name} has no checkpoint yet: nothing was told to it")
    click.echo(head.raw)


@evidence.command("proof", epilog="Example: groundway evidence proof prod 12 > proof.json")
@click.argument("name", metavar="ENV")
@click.argument("index", type=click.IntRange(min=0), required=False)
@click.option("--since", type=FILE, help="Prove instead that the log began as this checkpoint says.")
def proof_(name: str, index: int | None, since: Path | None) -> None:
    """Print a proof that entry INDEX is in the log; it needs no access to AWS: see check."""
    if (index is None) == (since is None):
        raise click.UsageError("name an entry's INDEX, or --since FILE")
    log = open_log(load(name))
    found: BaseModel
    if since is not None:
        found = proof.consistency(log, _kept(since, log))
    else:
        assert index is not None
        found = proof.inclusion(log, index)
    click.echo(canonical(found.model_dump(mode="json")))


@evidence.command(epilog="Example: groundway evidence check proof.json --key kept.json")
@click.argument("file", type=FILE)
@click.option("--key", required=True, help="The public key (base64), or a file with it or with a kept checkpoint.")
def check(file: Path, key: str) -> None:
    """Check a proof, without AWS, against the environment's public key. Exit code 3: it proves nothing."""
    document, public = _json(file), _key(key)
    try:
        told = proof.check(document, public)
    except ValueError as e:
        raise Refused(f"{file} proves nothing: {_first(e)}") from None
    click.echo(f"proved: {told}")


def _kept(file: Path, log: Log) -> Checkpoint:
    try:
        return Checkpoint.read(file.read_bytes().strip(), log.place.origin, log.public)
    except ValueError as e:
        raise Refused(f"{file}: this checkpoint is not of the log of {log.place.environment}: {e}") from None


def _key(text: str) -> str:
    file = Path(text)
    try:
        kept = file.read_text().strip() if file.is_file() else text
    except (OSError, UnicodeDecodeError) as e:
        raise InvalidInput(f"--key: {file} cannot be read: {e}") from None
    if not kept.startswith("{"):
        return kept
    try:
        return str(json.loads(kept)["key"])
    except (ValueError, KeyError):
        raise InvalidInput(f"--key: {file} is no checkpoint") from None


def _json(file: Path) -> object:
    try:
        document: object = json.loads(file.read_bytes())
    except ValueError as e:
        raise InvalidInput(f"{file} is no JSON: {e}") from None
    return document


def _first(error: ValueError) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        one = error.errors()[0]
        return f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
    return str(error)
