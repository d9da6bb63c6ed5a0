"""All environments side by side: what runs, since when, what differs, what waits."""

from typing import TYPE_CHECKING

import click

from groundway_ops.promotion.commands.speech import as_json, document, say

if TYPE_CHECKING:
    from groundway_ops.promotion.status import Status


@click.command(epilog="Example: groundway status --json")
@as_json
def status(as_json: bool) -> None:
    """All environments side by side: what runs, since when, what differs from the pin, what waits to move on."""
    from groundway_ops.promotion.status import status as look

    found = look(None, say)
    if as_json:
        document([one.document() for one in found])
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", *(one.environment for one in found)):
        table.add_column(heading, overflow="fold")
    for title, cells in rows(found).items():
        table.add_row(title, *cells)
    Console().print(table)


def rows(found: "list[Status]") -> dict[str, list[str]]:
    """Title -> a cell an environment."""
    titles = {
        "pinned": [one.pinned.name if one.pinned else "nothing" for one in found],
        "runs": [one.running.name if one.running else "no release" for one in found],
        "since": [f"{one.since:%F %H:%M} UTC" if one.since else "" for one in found],
        "from": [(one.running.origin or "") if one.running else "" for one in found],
        "commit": [one.running.revision[:12] if one.running else "" for one in found],
        "models": [_models(one) for one in found],
        "drift": ["\n".join(one.drift) or ("none" if one.running else "") for one in found],
        "pending": ["\n".join(one.pending) for one in found],
        "busy": [one.busy or "" for one in found],
        "problem": [one.problem or "" for one in found],
    }
    return {title: cells for title, cells in titles.items() if any(cells)}


def _models(one: "Status") -> str:
    pins = one.running.models if one.running else {}
    return "\n".join(f"{name} {pin.version} ({pin.digest[7:19]})" for name, pin in sorted(pins.items()))
