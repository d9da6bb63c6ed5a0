"""One command; subcommands are found without being imported; mistakes end in a message and an exit code."""

import resource
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from groundway import errors
from groundway.cli import GROUP, main

GROUNDWAY = str(Path(sys.executable).parent / "groundway")
ENTRIES = sorted(entry_points(group=GROUP), key=lambda e: e.name)


def test_help_lists_every_subcommand_with_its_summary() -> None:
    out = CliRunner().invoke(main, ["--help"]).output
    for entry in ENTRIES:
        assert f"  {entry.name} " in out
    assert "(not installed)" not in out


def test_help_imports_no_subcommand() -> None:
    code = (
        "import sys; from groundway.cli import main; main(['--help'], standalone_mode=False);"
        "heavy = {'boto3', 'botocore', 'moto', 'mlflow', 'feast', 'pandas', 'sklearn', 'cdktf', 'pydantic', 'polars'};"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "LOADED []" in out


def test_help_is_quick() -> None:
    """Under 0.3 s of CPU (the best of three, so that a busy machine does not decide)."""

    def cpu() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([GROUNDWAY, "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu() for _ in range(3)) < 0.3


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_every_command_has_help_with_an_example(entry) -> None:  # type: ignore[no-untyped-def]
    def check(command: click.Command, path: list[str]) -> None:
        done = CliRunner().invoke(main, [*path, "--help"])
        assert done.exit_code == 0, done.output
        assert command.help, f"{' '.join(path)} has no help text"
        assert "Example" in done.output, f"{' '.join(path)} has no example"
        if isinstance(command, click.Group):
            for name, sub in command.commands.items():
                check(sub, [*path, name])

    check(entry.load(), [entry.name])


def test_unknown_subcommand_is_refused() -> None:
    done = CliRunner().invoke(main, ["fly"])
    assert done.exit_code == 2
    assert "No such command 'fly'" in done.output


@pytest.mark.parametrize(
    ("error", "code"),
    [(errors.GroundwayError, 1), (errors.InvalidInput, 2), (errors.Refused, 3), (errors.Unavailable, 4)],
)
def test_errors_carry_exit_codes_and_show_no_traceback(error: type[errors.GroundwayError], code: int) -> None:
    @click.command()
    def fails() -> None:
        raise error("what went wrong and how to mend it")

    done = CliRunner().invoke(fails)
    assert done.exit_code == code
    assert done.output == "Error: what went wrong and how to mend it\n"
