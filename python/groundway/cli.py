"""The `groundway` command. Subcommands are entry points of `groundway.commands`, imported only when called."""

# ruff: noqa: ARG002 -- click prescribes the signatures

import ast
import importlib.util
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

import click

GROUP = "groundway.commands"


def _summary(entry: EntryPoint) -> str:
    """First line of the subcommand module's docstring, read without importing it or the packages around it."""
    package, *parts = entry.module.split(".")
    spec = importlib.util.find_spec(package)
    places = [Path(place, *parts) for place in (spec and spec.submodule_search_locations) or ()]
    for file in (f for place in places for f in (place.with_suffix(".py"), place / "__init__.py")):
        if file.is_file():
            return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n")[0]
    return "(not installed)"


class Commands(click.Group):
    """A group whose members are found by name and loaded on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(e.name for e in entry_points(group=GROUP))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = next(iter(entry_points(group=GROUP, name=cmd_name)), None)
        if entry is None:
            return None
        command: click.Command = entry.load()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(e.name, _summary(e)) for e in sorted(entry_points(group=GROUP), key=lambda e: e.name)])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: groundway env show dev",
)
@click.version_option(version("groundway"), prog_name="groundway")
def main() -> None:
    """Governed machine learning on AWS, rehearsed on a laptop.

    Exit codes: 0 done, 1 failed, 2 bad input (nothing was changed), 3 a gate refused, 4 a service cannot be reached.
    """
