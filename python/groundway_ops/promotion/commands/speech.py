"""Progress goes to standard error: standard output is for the result."""

import json
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
reason = click.option("--reason", default="", help="Why; it stands in the evidence.")


def say(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"  {line}", err=True)


def document(content: Any) -> None:
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
