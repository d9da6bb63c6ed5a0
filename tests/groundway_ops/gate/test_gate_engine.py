"""The `opa` on PATH goes first, OPA's library second, and without either nothing is judged."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from gate_stacks import TODAY, edit, loosen, suspend

from groundway.errors import Unavailable
from groundway_ops.gate import documents
from groundway_ops.gate.command import gate
from groundway_ops.gate.engine import EngineError, engine
from groundway_ops.gate.gate import Gate

DOUBLE = Path(__file__).with_name("opa_double.py")
NONSENSE = ("echo nonsense", "echo []", "echo '{\"result\": 3}'", "echo", "printf '\\377\\376'")
ONLY_VERSION = '[ "$1" = version ] && echo Version: 1.2.3 || echo "{}"'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(path: Path, script: str) -> None:
    (path / "opa").write_text(f"#!/bin/sh\n{script}\n")
    (path / "opa").chmod(0o755)


def double(path: Path) -> None:
    program(path, f"exec '{sys.executable}' '{DOUBLE}' \"$@\"")


def test_program_and_library_say_the_same(stacks: Path, policies: Path, path: Path) -> None:
    edit(stacks, "dev-ml", suspend)
    edit(stacks, "dev-compute", loosen)
    by_library = Gate(policies, today=TODAY).judge(documents.stacks(stacks))
    double(path)
    by_program = Gate(policies, today=TODAY).judge(documents.stacks(stacks))
    assert by_program.engine == f"OPA 1.20.2 at {path / 'opa'}"
    assert len(by_program.findings) == 2
    assert replace(by_program, engine="", seconds=0) == replace(by_library, engine="", seconds=0)


@pytest.mark.parametrize("on_path", [True, False], ids=["program", "library"])
@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("x := 1 / input.zero", "divide by zero"),
        ("x := to_number(input.word)", "to_number"),
        ('x := json.unmarshal("{")', "unmarshal"),
    ],
    ids=["division", "number", "json"],
)
def test_a_built_in_that_fails_is_an_error(on_path: bool, rule: str, said: str, path: Path) -> None:
    if on_path:
        double(path)
    opa = engine({"a.rego": f"package a\n\n{rule}\n"}, {})
    with pytest.raises(EngineError, match=said):
        opa.query("x = data.a", {"zero": 0, "word": "word"})


@pytest.mark.parametrize("on_path", [True, False], ids=["program", "library"])
def test_what_does_not_compile_is_an_error_with_its_place(on_path: bool, path: Path) -> None:
    if on_path:
        double(path)
    with pytest.raises(EngineError, match=r"lib/a\.rego:3"):
        engine({"lib/a.rego": "package a\n\nx := unknown_name\n"}, {})
    with pytest.raises(EngineError, match=r"lib/a\.rego:3"):
        engine({"lib/a.rego": "package a\n\nx := := 1\n"}, {})


@pytest.mark.parametrize("on_path", [True, False], ids=["program", "library"])
def test_what_is_undefined_is_an_error(on_path: bool, path: Path) -> None:
    if on_path:
        double(path)
    opa = engine({"a.rego": "package a\n\nx := data.given.value\n"}, {"given": {"value": 7}})
    assert opa.query("x = data.a.x", {}) == {"x": 7}
    with pytest.raises(EngineError, match="undefined"):
        opa.query("x = data.a.y", {})


@pytest.mark.parametrize(
    "script",
    ["echo 'Version: 0.70.0'", "echo hello", ":"],
    ids=["too_old", "garbage", "silent"],
)
def test_what_is_no_opa_of_today_is_not_used(script: str, path: Path) -> None:
    program(path, script)
    with pytest.raises(Unavailable, match=r"is not OPA 1\.0 or newer: upgrade it, or take it off PATH"):
        engine({}, {})


@pytest.mark.parametrize(
    "script",
    [
        "echo broken >&2; exit 1",
        '[ "$1" = version ] && echo Version: 1.2.3 || exit 7',
        ONLY_VERSION,
        *(ONLY_VERSION.replace('echo "{}"', said) for said in NONSENSE),
    ],
    ids=["always", "eval", "no_answer", "word", "list", "number", "nothing", "bytes"],
)
def test_an_opa_that_fails_is_an_error_and_the_library_does_not_step_in(script: str, path: Path) -> None:
    program(path, script)
    with pytest.raises(EngineError, match=r"opa (version|eval)|true: 0 answers"):
        engine({}, {})


def test_an_opa_that_does_not_run_is_told(path: Path) -> None:
    (path / "opa").write_text("\x7fELF")
    (path / "opa").chmod(0o755)
    with pytest.raises(Unavailable, match=r"opa does not run \(Exec format error\)"):
        engine({}, {})


def test_without_opa_nothing_is_judged(
    stacks: Path, policies: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opa_bindings", None)
    with pytest.raises(Unavailable, match="run `make setup`, or install OPA"):
        Gate(policies)
    result = CliRunner().invoke(gate, ["--stacks", str(stacks), "--policies", str(policies)])
    assert result.exit_code == 4
    assert "passed" not in result.output
