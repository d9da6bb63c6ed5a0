"""Every command in the docs exists, with those arguments and options; every link leads somewhere."""

import re
import shlex
from itertools import dropwhile
from pathlib import Path

import click
import pytest

from groundway.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
CDKTF = {"deploy", "destroy", "diff", "synth", "list"}
SHELL = {"export"}
TERRAFORM = {"init", "plan", "apply", "destroy", "import", "force-unlock"}


def commands(text: str) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", text, re.S)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def problem(command: str) -> str | None:
    """What is wrong with a command of the docs: an unknown program, target, subcommand, option or argument."""
    if inner := re.fullmatch(r'eval "\$\((.*)\)"', command):
        return problem(inner[1])
    words = shlex.split(command.partition(" > ")[0])
    program, *arguments = dropwhile(lambda word: "=" in word, words)  # variables of this command alone
    if program == "make":
        return None if set(arguments) <= TARGETS else f"no target {arguments}"
    if program == "cdktf":
        return None if arguments[0] in CDKTF else f"no cdktf command {arguments[0]}"
    if program == "groundway":
        return _parse(main, "groundway", arguments)
    if program == "terraform":
        called = next(a for a in arguments if not a.startswith("-"))
        return None if called in TERRAFORM else f"no terraform command {called}"
    if program in ("python", "pytest"):
        run = "-m stacks" if arguments[:2] == ["-m", "stacks"] else arguments[0]
        return None if run == "-m stacks" or _there(ROOT / run) else f"no {run}"
    return None if program in SHELL else f"unknown program {program}"


def _there(file: Path) -> bool:
    """Whether it exists, or a page of the cookbook makes it."""
    return file.exists() or any(f" {file.relative_to(ROOT)}\n" in page.read_text() for page in PAGES)


def _parse(group: click.Command, name: str, arguments: list[str]) -> str | None:
    """Parse as click would, down to the last subcommand, and run nothing."""
    try:
        context = group.make_context(name, list(arguments), resilient_parsing=False)
    except (click.UsageError, click.exceptions.Exit) as e:
        return str(e) or "asks for help"
    if not isinstance(group, click.Group) or not context._protected_args:
        return None
    sub, *rest = [*context._protected_args, *context.args]
    command = group.get_command(context, sub)
    return f"no subcommand {sub}" if command is None else _parse(command, sub, rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    wrong = {c: found for c in commands(page.read_text()) if (found := problem(c))}
    assert wrong == {}


def test_there_are_commands() -> None:
    assert sum(len(commands(p.read_text())) for p in PAGES) > 30


@pytest.mark.parametrize(
    "command",
    [
        "make coffee",
        "groundway fly",
        "groundway local env",
        "groundway local env dev --nonsense",
        "groundway registry show",
        'eval "$(groundway local environment dev)"',
        "cdktf explode 'dev-*'",
        "curl example.invalid",
        "terraform -chdir=cdktf.out/stacks/dev-ml explode",
        "pytest tests/test_nothing.py",
        "CDKTF_OUTDIR=plain python -m stack",
        "groundway local coverrage > docs/local-cloud-coverage.md",
    ],
)
def test_a_wrong_command_is_noticed(command: str) -> None:
    assert problem(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
