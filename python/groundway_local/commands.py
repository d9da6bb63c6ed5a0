"""Start, look at and stop the emulated AWS on this machine."""

import json
from importlib.metadata import version
from typing import Any

import click

from groundway_local import cloud, settings
from groundway_local.errors import InvalidInput
from groundway_local.home import Home


def say(text: str) -> None:
    """Progress goes to standard error: standard output is for scripts."""
    click.echo(text, err=True)


@click.group(epilog='Example: groundway local up && eval "$(groundway local env dev)"')
def local() -> None:
    """An emulated AWS on this machine, for Terraform, cdktf and the runtime.

    It listens on 127.0.0.1 only. Each environment is an account of its own in it. What it holds survives down and up.
    """


@local.command(epilog="Example: groundway local up")
def up() -> None:
    """Start the local cloud, unless it runs, and print its address."""
    home = Home.current()
    already = cloud.find(home) is not None
    record = cloud.up(home, say)
    say("The local cloud runs already." if already else "The local cloud is up.")
    click.echo(record.address)


@local.command(epilog='Example: eval "$(groundway local env dev)"')
@click.argument("environment")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; null means that the variable must not be set.")
def env(environment: str, as_json: bool) -> None:
    """Print the variables to work in the local cloud as ENVIRONMENT (dev, staging, prod)."""
    home = Home.current()
    values = settings.variables(home, cloud.needed(home), environment)
    click.echo(json.dumps(values, indent=2) if as_json else settings.as_shell(values))


@local.command(epilog="Example: groundway local status --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status(as_json: bool) -> None:
    """Tell whether it runs, where, and what it holds."""
    home = Home.current()
    state = described(home)
    if as_json:
        click.echo(json.dumps(state, indent=2))
        return
    if not state["running"]:
        kept = f"A snapshot of {state['snapshot_bytes'] / 1e6:.1f} MB is kept." if state["snapshot_bytes"] else ""
        click.echo(f"The local cloud is not running. Start it with: groundway local up\n{kept}".rstrip())
        return
    if state["uptime_seconds"] is None:
        click.echo(f"The local cloud at {state['address']} (process {state['pid']}) runs but does not answer.")
        return
    minutes = state["uptime_seconds"] / 60
    click.echo(
        f"The local cloud is up at {state['address']}: process {state['pid']}, {minutes:.0f} min, {state['version']}"
    )
    for account, services in sorted(state["accounts"].items()):
        click.echo(f"  account {account}")
        for service, kinds in sorted(services.items()):
            whole = [f"{kind} {number}" for kind, number in sorted(kinds.items()) if "." not in kind]
            click.echo(f"    {service:<16} {', '.join(whole)}")


def described(home: Home) -> dict[str, Any]:
    """The state as `status --json` shows it."""
    record = cloud.find(home)
    about = (cloud.health(record) if record else None) or {}
    return {
        "running": record is not None,
        "address": record.address if record else None,
        "pid": record.pid if record else None,
        "uptime_seconds": about.get("uptime_seconds"),
        "version": f"groundway {version('groundway')}, moto {about.get('moto') or version('moto')}",
        "snapshot_bytes": home.snapshot.stat().st_size if home.snapshot.exists() else 0,
        "accounts": cloud.holdings(record) if record and about else {},
    }


@local.command(epilog="Example: groundway local coverage --type aws_s3_bucket")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--markdown", "as_markdown", is_flag=True, help="The page docs/local-cloud-coverage.md.")
@click.option("--type", "type_name", metavar="TYPE", help="Only this type, with the attributes that are not carried.")
def coverage(as_json: bool, as_markdown: bool, type_name: str | None) -> None:
    """Show each resource type and data source: emulated, patched or recorded, and how many attributes are carried."""
    from groundway_local.provider import coverage as covered

    found = covered.all_types()
    chosen = [c for c in found if type_name in (None, c.type)]
    if not chosen:
        raise InvalidInput(f"--type {type_name}: the local cloud has no such type. See: groundway local coverage")
    if as_json:
        click.echo(json.dumps({"types": [c.document() for c in chosen]}, indent=2))
    elif as_markdown:
        click.echo(covered.markdown(chosen), nl=False)
    else:
        click.echo(covered.text(chosen, named=type_name is not None))


@local.command(epilog="Example: groundway local down")
def down() -> None:
    """Save what the local cloud holds and stop it."""
    stopped = cloud.down(Home.current(), say)
    say("The local cloud is down; what it holds is saved." if stopped else "The local cloud is not running.")


@local.command(epilog="Example: groundway local reset --yes")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Stop the local cloud and forget everything that it holds."""
    home = Home.current()
    if not home.local.exists():
        say("There is nothing to forget.")
        return
    if not yes:
        click.confirm(f"Forget everything in {home.local}?", abort=True)
    cloud.reset(home, say)
    say("The local cloud is down and empty.")
