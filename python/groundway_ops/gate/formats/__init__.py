"""A verdict as text, for people and for programs: one module a format, each with `render(verdict)`."""

import importlib
from pathlib import Path

from groundway_ops.gate.verdict import Verdict

FORMATS = {
    "terminal": "terminal",
    "json": "record",
    "sarif": "sarif",
    "junit": "junit",
    "markdown": "markdown",
    "html": "page",
}


def render(name: str, verdict: Verdict, baseline: Path | None = None) -> str:
    """The verdict in the format of that name; with `baseline`, a JSON of before, Markdown says only what changed."""
    module = importlib.import_module(f"{__name__}.{FORMATS[name]}")
    text: str = module.render(verdict, baseline) if name == "markdown" else module.render(verdict)
    return text
