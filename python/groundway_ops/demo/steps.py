"""Steps with a title, their time, and indented lines of progress."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from groundway_ops.report.record import Record, Step


def say(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"   {line}")


@contextmanager
def step(record: Record, title: str) -> Iterator[None]:
    """Announce a step and note its seconds in the record when it is done."""
    click.echo(click.style(f"\n{len(record.steps) + 1:>2} {title}", bold=True))
    begun = time.monotonic()
    yield
    seconds = time.monotonic() - begun
    record.steps.append(Step(name=title, seconds=round(seconds, 1)))
    click.echo(click.style(f"   {seconds:.1f} s", dim=True))
