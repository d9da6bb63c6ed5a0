"""`groundway evidence` as an auditor uses it: verify, show, keep a checkpoint, check a proof without AWS."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from evidence_place import CHECKOUT
from intruder import Intruder

from groundway import signing
from groundway.environment import Environment
from groundway_ops.evidence import Event, Log, layout
from groundway_ops.evidence.command import evidence

Tell = Callable[..., Event]
RELEASE = "r-20261123t055258z-aa0011"


@pytest.fixture(autouse=True)
def checkout(env: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(CHECKOUT / "environments", tmp_path / "environments")
    file = tmp_path / "environments/dev/environment.yaml"
    file.write_text(file.read_text().replace("project: groundway", f"project: {env.tags.project}"))
    (tmp_path / "environments/teams.yaml").unlink()  # it does not know that project
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def full(log: Log, tell: Tell) -> Log:
    log.append(tell("a", kind="cut", release=RELEASE))
    log.append(tell("b", kind="approval", reason="a|b\nc", details={"of": f"dev/{RELEASE}", "n": [1, 0.5]}))
    log.append(tell("c", kind="destroy", release="r-other"))
    return log


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(evidence, arguments)
    assert result.exit_code == code, result.output
    return result


def test_verify_says_what_it_looked_at(full: Log) -> None:
    assert run("verify", "dev").stdout == "dev: entries 3, checkpoints 3, problems 0\n"
    assert json.loads(run("verify", "dev", "--json").stdout) == {
        "ok": True,
        "entries": 3,
        "checkpoints": 3,
        "signed": 3,
        "problems": [],
        "notes": [],
    }


def test_verify_names_each_problem_and_exits_3(full: Log) -> None:
    Intruder(full.place.bucket).remove(layout.entry(1))
    found = run("verify", "dev", code=3)
    assert found.stdout.splitlines()[0] == "entry 1 is missing"
    assert "the evidence of dev was tampered with: 1 problem" in found.stderr
    assert json.loads(run("verify", "dev", "--json", code=3).stdout)["problems"] == ["entry 1 is missing"]
    assert "was tampered with" in run("show", "dev", code=3).stderr


def test_a_kept_checkpoint_shows_that_the_end_was_cut_off(full: Log, tell: Tell) -> None:
    Path("kept.json").write_text(run("checkpoint", "dev").stdout)
    full.append(tell("d"))
    run("verify", "dev", "--since", "kept.json")
    intruder = Intruder(full.place.bucket)
    for index, id in ((2, "c"), (3, "d")):
        intruder.remove(layout.entry(index))
        intruder.remove(layout.indexed(id, index))
        intruder.remove(layout.checkpoint(index + 1))
    run("verify", "dev")
    assert "2 entries are left of the 3" in run("verify", "dev", "--since", "kept.json", code=3).stdout


def test_a_file_that_is_no_checkpoint_of_this_log_is_refused(full: Log) -> None:
    Path("kept.json").write_text(run("checkpoint", "dev").stdout.replace('"size":3', '"size":2'))
    assert (
        "kept.json: this checkpoint is not of the log of dev"
        in run("verify", "dev", "--since", "kept.json", code=3).stderr
    )
    Path("kept.json").write_text("{")
    run("verify", "dev", "--since", "kept.json", code=3)


def test_show_tells_who_what_when_why_with_which_results(full: Log) -> None:
    told = run("show", "dev").stdout
    assert "   1  " in told
    assert "  approval\n      by arn:aws:sts::1:assumed-role/ops/ada\n      why: a|b\nc\n" in told
    assert "      n: [1, 0.5]\n" in told
    assert len(json.loads(run("show", "dev", "--json").stdout)) == 3


def test_show_of_a_release_has_what_names_it(full: Log) -> None:
    shown = json.loads(run("show", "dev", "--release", RELEASE, "--json").stdout)
    assert [(one["index"], one["id"], one["leaf"]) for one in shown] == [
        (e.index, e.event.id, e.leaf) for e in full.entries()[:2]
    ]
    (one,) = json.loads(run("show", "dev", "--release", RELEASE, "--kind", "approval", "--json").stdout)
    assert one["details"] == {"n": [1, 0.5], "of": f"dev/{RELEASE}"}
    assert run("show", "dev", "--release", "r-none").stdout == "dev: no such events\n"


def test_a_table_holds_any_text(full: Log) -> None:
    rows = run("show", "dev", "--markdown").stdout.splitlines()
    assert len(rows) == 2 + 2 + 3
    assert "| a\\|b<br>c |" in rows[5]
    assert rows[5].endswith(f"| n: [1, 0.5]<br>of: dev/{RELEASE} |")


def test_a_proof_is_checked_without_aws(full: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("kept.json").write_text(run("checkpoint", "dev").stdout)
    Path("proof.json").write_text(run("proof", "dev", "1").stdout)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for key in (full.public, "kept.json"):
        told = run("check", "proof.json", "--key", key).stdout
        assert told.startswith(f"proved: entry 1 of 3 in {full.place.origin}: approval b, ")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"index":1', '"index":0', "signature"),
        ('"by":"arn', '"by":"xrn', "signature"),
        ('"size":3', '"size":4', "no 2 perfect subtrees"),
        ('"path":["', '"path":["00', "path.0: String should match"),
        ('"path":[', f'"path":["{"0" * 64}",', "the path does not lead"),
    ],
)
def test_a_proof_that_was_changed_proves_nothing(full: Log, old: str, new: str, why: str) -> None:
    proof = run("proof", "dev", "1").stdout
    assert old in proof
    Path("proof.json").write_text(proof.replace(old, new))
    refused = run("check", "proof.json", "--key", full.public, code=3)
    assert why in refused.stderr


def test_a_proof_is_nothing_with_another_key(full: Log) -> None:
    Path("proof.json").write_text(run("proof", "dev", "1").stdout)
    other = full.public[:-6] + ("AAAAA=" if not full.public.endswith("AAAAA=") else "BBBBB=")
    assert "not of the environment's key" in run("check", "proof.json", "--key", other, code=3).stderr
    Path("no.json").write_text("{}")
    assert "no.json is no checkpoint" in run("check", "proof.json", "--key", "no.json", code=2).stderr
    assert "no.json proves nothing" in run("check", "no.json", "--key", full.public, code=3).stderr


def test_that_a_log_only_grew_is_proved_too(full: Log, tell: Tell) -> None:
    Path("kept.json").write_text(run("checkpoint", "dev").stdout)
    full.append(tell("d"))
    proof = run("proof", "dev", "--since", "kept.json").stdout
    Path("proof.json").write_text(proof)
    told = run("check", "proof.json", "--key", "kept.json").stdout
    assert told.startswith(f"proved: the first 3 of 4 entries in {full.place.origin} are those of ")
    other = signing.public_of(signing.generate("evidence"))
    assert "not of the environment's key" in run("check", "proof.json", "--key", other, code=3).stderr
    document = json.loads(proof)
    document["path"][0] = "0" * 64
    Path("proof.json").write_text(json.dumps(document))
    assert "the path does not lead" in run("check", "proof.json", "--key", "kept.json", code=3).stderr


def test_what_is_asked_for_must_be_there(log: Log) -> None:
    assert "has no checkpoint yet" in run("checkpoint", "dev", code=2).stderr
    assert "has no checkpoint yet" in run("proof", "dev", "0", code=2).stderr
    assert "name an entry's INDEX, or --since FILE" in run("proof", "dev", code=2).stderr
    assert run("show", "dev").stdout == "dev: no such events\n"
    assert "there is no environment 'nowhere'" in run("verify", "nowhere", code=2).stderr


def test_there_is_no_proof_of_what_is_not_there(full: Log) -> None:
    assert "there is no entry 3; signed are 0 to 2" in run("proof", "dev", "3", code=2).stderr
