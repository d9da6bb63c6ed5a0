"""What is written for who sits in front of a terminal: colour only there, and not where NO_COLOR is set."""

import os
import shutil
import sys
from io import StringIO

from rich.console import Console
from rich.table import Table

NARROWEST = 100


def console_for(said: StringIO) -> Console:
    """It writes to `said`, as wide and as coloured as standard output is."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = max(NARROWEST, shutil.get_terminal_size((120, 24)).columns)
    return Console(file=said, force_terminal=colour, no_color=not colour, width=width, highlight=False)


def amounts_table(first: str, *columns: str) -> Table:
    """Of a name and amounts: every column but the first is aligned to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    made.add_column(first, overflow="fold")
    for column in columns:
        made.add_column(column, justify="right", overflow="fold")
    return made
