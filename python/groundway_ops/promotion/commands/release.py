"""Releases: everything that runs in an environment, pinned; cut, deployed, listed, compared."""

from typing import TYPE_CHECKING

import click

from groundway_ops.promotion.commands.speech import as_json, document, reason, say

if TYPE_CHECKING:
    from groundway.release import Release
    from groundway_ops.promotion.history import Snapshot

ENV = click.argument("environment", metavar="ENV")


@click.group(epilog="Example: groundway release cut dev")
def release() -> None:
    """Releases: everything that runs in an environment, pinned in environments/<env>/release.yaml."""


@release.command(epilog="Example: groundway release cut dev --reason 'October retrained'")
@ENV
@click.option("--no-models", is_flag=True, help="Pin no models: there is no registry yet.")
@reason
@as_json
def cut(environment: str, no_models: bool, reason: str, as_json: bool) -> None:
    """Pin what ENV runs: this commit, its configuration and policies, the champions, their data, the images.

    For the environment that models are made in; the next ones get theirs by `groundway promote`.
    """
    from groundway_ops.promotion.cut import Cut
    from groundway_ops.promotion.desk import Desk

    made = Cut(Desk.of(environment, say), reason, models=not no_models).run()
    document(made.model_dump(mode="json")) if as_json else click.echo(f"{environment} pins {made.name}")


@release.command(epilog="Example: groundway release deploy staging")
@ENV
@click.option("--again", is_flag=True, help="Apply the stacks of what runs already once more.")
@reason
@as_json
def deploy(environment: str, again: bool, reason: str, as_json: bool) -> None:
    """Deploy what ENV pins: infrastructure by Terraform, then models, step by step under watch."""
    from groundway_ops.promotion.deploy import Deploy
    from groundway_ops.promotion.desk import Desk

    made = Deploy(Desk.of(environment, say), reason, again).run()
    document(made.model_dump(mode="json")) if as_json else click.echo(f"{environment} runs {made.name}")


@release.command("list", epilog="Example: groundway release list staging")
@ENV
@as_json
def list_(environment: str, as_json: bool) -> None:
    """What ENV pinned and ran, as its evidence tells, the newest last."""
    from groundway_ops.promotion import history
    from groundway_ops.promotion.desk import Desk

    found = history.snapshots(Desk.of(environment, say))
    if as_json:
        document([_told(s) for s in found])
        return
    for s in found:
        models = ", ".join(f"{name} {pin.version}" for name, pin in sorted(s.release.models.items())) or "no models"
        click.echo(f"{s.time:%F %H:%M:%S}  {s.kind:<9}  {s.release.name}  {s.release.revision[:12]}  {models}  {s.by}")


@release.command(epilog="Example: groundway release show staging")
@ENV
@click.option("--release", "name", metavar="RELEASE", help="Which one. [default: what ENV pins]")
@as_json
def show(environment: str, name: str | None, as_json: bool) -> None:
    """One release, whole."""
    import yaml

    found = _one(environment, name).model_dump(mode="json", exclude_none=True)
    document(found) if as_json else click.echo(yaml.safe_dump(found, sort_keys=False, width=120).rstrip())


@release.command(epilog="Example: groundway release diff dev prod")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@as_json
def diff(a: str, b: str, as_json: bool) -> None:
    """What two releases do not have in common. A and B: an environment (what it pins), or ENV/RELEASE."""
    from groundway_ops.promotion.difference import differences

    one, other = (_one(*_split(text)) for text in (a, b))
    found = differences(one, other)
    if as_json:
        document([d.model_dump() for d in found])
        return
    for d in found:
        click.echo(f"{d.key}\n  - {d.a or 'none'}\n  + {d.b or 'none'}")


def _told(s: "Snapshot") -> dict[str, object]:
    return {"kind": s.kind, "time": f"{s.time:%FT%TZ}", "by": s.by, "release": s.release.model_dump(mode="json")}


def _split(text: str) -> tuple[str, str | None]:
    environment, _, name = text.partition("/")
    return environment, name or None


def _one(environment: str, name: str | None) -> "Release":
    from groundway import environment as environments
    from groundway import release as releases
    from groundway.errors import InvalidInput
    from groundway_ops.promotion import history
    from groundway_ops.promotion.desk import Desk

    if name:
        return history.find(Desk.of(environment, say), name).release
    root = environments.checkout()
    environments.load(environment, root)
    pinned = releases.pinned(root, environment)
    if pinned is None:
        raise InvalidInput(f"{environment} pins nothing: groundway release cut {environment}, or groundway promote")
    return pinned
