"""Markdown, the little of it that the pages need, and the error of a page that cannot be written."""

from collections.abc import Iterable
from typing import Any

import yaml

GENERATED = "<!-- Written by tools/reference.py; `make reference` writes it anew. -->"


class Undocumented(Exception):
    """Something that a page must explain has no explanation. Each argument says what, and how to mend it."""


def page(title: str, *blocks: str) -> str:
    return "\n\n".join([f"# {title}", GENERATED, *filter(None, blocks)]) + "\n"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def sentence(text: str | None) -> str:
    """A docstring as one paragraph on one line."""
    return " ".join((text or "").split())


def paragraphs(text: str | None) -> str:
    """A docstring, its paragraphs unwrapped; what is indented or listed keeps its lines."""
    blocks = (text or "").split("\n\n")
    return "\n\n".join(b if b.lstrip().startswith(("-", "*", "|")) or b[:1] == " " else sentence(b) for b in blocks)


def code(value: Any) -> str:
    """A value as one would write it in YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6).removesuffix("\n").removesuffix("\n...")
    return f"`{text}`"
