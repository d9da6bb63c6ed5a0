"""What the app calls after it has synthesized: quiet when all is well, and an end to the deploy when it is not."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gate_stacks import edit, except_, suspend

from groundway.errors import InvalidInput, Refused
from groundway_ops.gate.check import check
from groundway_ops.gate.gate import Gate


def name_stacks(out: Path) -> None:
    """The manifest, as synth writes it."""
    names = [folder.name for folder in (out / "stacks").iterdir()]
    (out / "manifest.json").write_text(json.dumps({"stacks": {name: {} for name in names}}))


@pytest.fixture
def out(stacks: Path, policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's output, in a checkout with these policies."""
    (tmp_path / "environments").mkdir()
    name_stacks(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GROUNDWAY_UNPROTECT", raising=False)
    return tmp_path


def test_one_line_when_all_is_well(out: Path, capfd: pytest.CaptureFixture[str]) -> None:
    check(out)
    said = capfd.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert line.startswith("gate: ")
    assert " resources, 3 rules, passed in " in line


def test_what_is_found_ends_it(out: Path, stacks: Path) -> None:
    edit(stacks, "dev-ml", suspend)
    with pytest.raises(Refused) as error:
        check(out)
    assert "buckets_keep_versions" in error.value.message
    assert "mend: " in error.value.message


def test_blindness_ends_it(out: Path, stacks: Path) -> None:
    edit(stacks, "dev-ml", lambda c: c["resource"].update(aws_unheard_of={"x": {}}))
    with pytest.raises(Refused, match="no rule judges aws_unheard_of"):
        check(out)


def test_nothing_to_judge_ends_it(out: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"manifest\.json cannot be read"):
        check(tmp_path / "policies")
    (out / "manifest.json").write_text('{"stacks": {}}')
    with pytest.raises(InvalidInput, match="names no stacks"):
        check(out)


def test_a_stack_that_is_named_and_not_there_ends_it(out: Path, stacks: Path) -> None:
    (stacks / "dev-ml" / "cdk.tf.json").unlink()
    with pytest.raises(InvalidInput, match=r"dev-ml/cdk\.tf\.json cannot be read"):
        check(out)


def test_what_an_earlier_synth_left_is_not_judged(out: Path, stacks: Path) -> None:
    (stacks / "dev-old").mkdir()
    (stacks / "dev-old" / "cdk.tf.json").write_text("{}")
    check(out)


def test_what_is_excepted_is_shown(
    out: Path, stacks: Path, policies: Path, waiver: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    edit(stacks, "dev-ml", suspend)
    until = str(datetime.now(UTC).date() + timedelta(days=5))
    except_(policies, waiver | {"expires": until})
    check(out)
    first, second = capfd.readouterr().err.splitlines()
    assert first.endswith(", 1 excepted")
    assert f"excepted until {until} by security@example.com: buckets_keep_versions, dev-ml: aws_s3_bucket." in second


def test_the_policies_are_those_of_the_checkout(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policies" / "rules.yaml").write_text("rules: {}\n")
    with pytest.raises(InvalidInput, match="lists no rules"):
        check(out, root=tmp_path)
    assert (out / "refused").exists()  # nobody judged it, so it is not deployed
    (out / "refused").rename(out / "stacks")
    name_stacks(out)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match="lists no rules"):
        check(out)


def test_the_word_to_destroy_is_passed_on_and_said(
    out: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    given: list[str | None] = []
    judge = Gate.__init__

    def noted(self: Gate, policies: Path, unprotected: str | None = None) -> None:
        given.append(unprotected)
        judge(self, policies, unprotected)

    monkeypatch.setattr(Gate, "__init__", noted)
    check(out)
    monkeypatch.setenv("GROUNDWAY_UNPROTECT", "dev")
    check(out)
    assert given == [None, "dev"]
    assert "GROUNDWAY_UNPROTECT=dev: NOTHING IN DEV IS PROTECTED" in capfd.readouterr().err


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, groundway_ops.gate.check; print(*{'jinja2', 'rich.console', 'pandas', 'boto3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
