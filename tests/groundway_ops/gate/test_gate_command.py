"""`groundway gate`: what it is given, what it writes where, and how it ends."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from gate_plan import plan
from gate_stacks import edit, loosen, suspend

from groundway_ops.gate.command import gate

Run = Callable[..., Result]


@pytest.fixture
def run(stacks: Path, policies: Path) -> Run:
    """The command on the stacks and policies of this test."""
    given = ("--stacks", str(stacks), "--policies", str(policies))
    return lambda *arguments: CliRunner().invoke(gate, [*given, *map(str, arguments)], prog_name="groundway gate")


def test_passed(run: Run, stacks: Path) -> None:
    result = run()
    assert result.exit_code == 0
    assert result.stdout.startswith("passed: ")
    assert f"Stacks in {stacks}, synthesized" in result.stderr


def test_refused(run: Run, stacks: Path) -> None:
    edit(stacks, "dev-ml", suspend)
    result = run()
    assert result.exit_code == 3
    assert "buckets_keep_versions" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("REFUSED: ")


def test_blind_is_refused_without_a_finding(run: Run, stacks: Path) -> None:
    edit(stacks, "dev-ml", lambda c: c["resource"].update(aws_unheard_of={"x": {}}))
    result = run()
    assert result.exit_code == 3
    assert " 0 findings, 0 excepted, 1 not looked at" in result.stdout


def test_only_the_environments_that_are_named(run: Run, stacks: Path) -> None:
    shutil.copytree(stacks / "dev-ml", stacks / "prod-ml")
    edit(stacks, "prod-ml", suspend)
    assert run("dev").exit_code == 0
    assert run("prod").exit_code == 3
    assert run("dev", "prod").exit_code == 3
    result = run("qa")
    assert result.exit_code == 2
    assert "holds no stack of qa" in result.stderr


def test_from_anywhere(stacks: Path, policies: Path, tmp_path: Path) -> None:
    """Without a checkout around it, in a process of its own; and not without policies."""
    (tmp_path / "elsewhere").mkdir()
    command = [str(Path(sys.executable).with_name("groundway")), "gate", "--stacks", str(stacks)]
    given = [*command, "--policies", str(policies)]
    done = subprocess.run(given, cwd=tmp_path / "elsewhere", capture_output=True, text=True)
    assert (done.returncode, done.stdout[:7]) == (0, "passed:"), done.stderr
    done = subprocess.run(command, cwd="/", capture_output=True, text=True)
    assert done.returncode == 2
    assert "run this in a checkout" in done.stderr


def test_several_formats_at_once(run: Run, stacks: Path, tmp_path: Path) -> None:
    edit(stacks, "dev-ml", suspend)
    out = tmp_path / "new" / "folder"
    result = run("--format", f"sarif={out}/g.sarif", "--format", f"junit={out}/g.xml", "--format", f"html={out}/g.html")
    assert result.exit_code == 3
    assert "REFUSED" in result.stdout
    assert json.loads((out / "g.sarif").read_text())["version"] == "2.1.0"
    assert ET.parse(out / "g.xml").getroot().attrib["failures"] == "1"
    assert (out / "g.html").read_text().startswith("<!doctype html>")


def test_one_format_on_standard_output_alone(run: Run) -> None:
    assert json.loads(run("--json").stdout)["passed"] is True
    assert json.loads(run("--format", "json").stdout)["passed"] is True
    assert run("--format", "markdown").stdout.startswith("## Policies: passed")


def test_the_file_of_a_format_may_be_named_apart(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    result = run("--json", "--output", file)
    assert json.loads(file.read_text())["passed"] is True
    assert result.stdout.startswith("passed: ")


def test_a_comment_on_what_changed(run: Run, stacks: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    run("--format", f"json={before}")
    edit(stacks, "dev-ml", suspend)
    text = run("--format", "markdown", "--baseline", before).stdout
    assert "### New findings (1)" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "json", "--format", "sarif"), "json and sarif cannot share one place: write --format sarif=FILE"),
        (("--format", "pdf"), "'pdf' is none of terminal, json"),
        (("--baseline", __file__), "--baseline is for Markdown"),
        (("--baseline", __file__, "--format", "markdown"), "is no verdict"),
        (("--plan", __file__), "is no JSON"),
        (("--explain", "buckets_keep_version"), "did you mean buckets_keep_versions"),
        (("--explain", "xyz"), "rules.yaml lists all of them"),
    ],
)
def test_what_is_not_right_is_refused_and_says_how(arguments: tuple[str, ...], said: str, run: Run) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


@pytest.fixture
def checkout(stacks: Path, policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout in which these stacks were synthesized after everything else."""
    (tmp_path / "environments" / "dev").mkdir(parents=True)
    (tmp_path / "infra").mkdir()
    for name in ("environments/dev/environment.yaml", "infra/buckets.py", "unrelated.py"):
        (tmp_path / name).write_text("x: 1\n")
        os.utime(tmp_path / name, (1, 1))
    (tmp_path / "cdktf.out").mkdir()
    stacks.rename(tmp_path / "cdktf.out" / "stacks")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    return tmp_path


def bare(*arguments: str) -> Result:
    return CliRunner().invoke(gate, arguments)


def test_in_a_checkout_nothing_needs_to_be_named(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bare().exit_code == 0
    monkeypatch.chdir(checkout / "infra")
    assert bare().exit_code == 0
    (checkout / "cdktf.out").rename(checkout / "out")
    assert bare().exit_code == 2
    monkeypatch.setenv("CDKTF_OUTDIR", str(checkout / "out"))
    assert bare().exit_code == 0


@pytest.mark.parametrize("source", ["infra/buckets.py", "environments/dev/environment.yaml"])
def test_stacks_older_than_their_sources_are_not_what_is_deployed(source: str, checkout: Path) -> None:
    os.utime(checkout / "unrelated.py")
    assert bare().exit_code == 0
    os.utime(checkout / source)
    os.utime(checkout / "cdktf.out/stacks/dev-ml/cdk.tf.json", (2e9, 2e9))  # one that is young does not do
    result = bare()
    assert result.exit_code == 2
    assert f"older than {source}" in result.stderr
    assert "synthesize again" in result.stderr
    assert bare("--stacks", "cdktf.out/stacks").exit_code == 0


def test_how_old_they_are(run: Run, stacks: Path) -> None:
    for file in stacks.glob("*/cdk.tf.json"):
        os.utime(file, (1, 1))
    assert " days ago." in run().stderr


def test_a_plan_is_judged_besides_the_stacks(run: Run, stacks: Path, tmp_path: Path) -> None:
    sound = plan(stacks / "dev-compute", tmp_path / "sound.json")
    result = run("--plan", sound, "--json")
    judged = json.loads(result.stdout)["judged"]
    assert result.exit_code == 0
    assert [j["stack"] for j in judged if j["plan"]] == ["dev-compute"]
    assert len({j["resources"] for j in judged if j["stack"] == "dev-compute"}) == 1


def test_what_only_the_plan_says_is_found(run: Run, stacks: Path, tmp_path: Path) -> None:
    loose = {"metadata_options": [{"http_tokens": "optional"}]}
    file = plan(stacks / "dev-compute", tmp_path / "loose.json", aws_launch_template=loose)
    result = run("--plan", file)
    assert result.exit_code == 3
    assert "instances_use_imdsv2" in result.stdout
    assert " (plan) must require version 2" in result.stdout


def test_what_plan_and_stack_both_say_is_said_once(run: Run, stacks: Path, tmp_path: Path) -> None:
    edit(stacks, "dev-compute", loosen)
    file = plan(stacks / "dev-compute", tmp_path / "loose.json")
    [finding] = json.loads(run("--plan", file, "--json").stdout)["findings"]
    assert finding["plan"] is False


def test_explain(run: Run, stacks: Path, policies: Path) -> None:
    said = json.loads(run("--explain", "buckets_keep_versions", "--json").stdout)
    assert said["severity"] == "medium"
    assert said["controls"]
    contents = [json.loads(f.read_text())["resource"] for f in stacks.glob("*/cdk.tf.json")]
    assert sum(said["judges"].values()) == sum(len(c.get(t, {})) for c in contents for t in said["types"]) > 1
    assert "aws_s3_bucket.kept" in said["examples"]["pass"]
    assert "aws_s3_bucket.forgotten" in said["examples"]["fail"]
    text = run("--explain", "buckets_keep_versions").stdout
    assert text.startswith("buckets_keep_versions (medium): Buckets keep")
    assert "dev-ml" in text
    assert str(policies / "terraform" / "buckets_keep_versions.rego") in text
    assert json.loads(run("--explain", "state_is_locked", "--json").stdout)["judges"] == {
        f.parent.name: 1 for f in stacks.glob("*/cdk.tf.json")
    }


def test_explain_needs_no_stacks_and_shows_exceptions(
    policies: Path, tmp_path: Path, waiver: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (policies / "exceptions.yaml").write_text(json.dumps([waiver | {"expires": "2026-11-01"}]))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "nothing"))
    result = bare("--policies", str(policies), "--explain", "buckets_keep_versions")
    assert result.exit_code == 0
    assert "nothing in the stacks that are there" in result.stdout
    assert "until 2026-11-01, approved by security@example.com" in " ".join(result.stdout.split())


def test_what_is_unprotected_is_said_loudly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PROTECTED" not in run().stderr
    monkeypatch.setenv("GROUNDWAY_UNPROTECT", "dev")
    assert "NOTHING IN DEV IS PROTECTED FROM DESTRUCTION" in run().stderr
