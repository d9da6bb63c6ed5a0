"""Rehearsals for real, of a small checkout: a sound one passes, every fault is named, nothing stays behind."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from small_checkout import SmallCheckout, sound, table

from groundway_ops.rehearsal.processes import MARK, sweep

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
PHASES = ["synth", "deploy", "second plan", "drift", "destroy", "leftovers", "killed"]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[SmallCheckout]:
    root, home = tmp_path / "checkout", tmp_path / "home"
    root.mkdir()
    small = SmallCheckout(root, home)
    yield small
    for name in ("dev", "staging"):
        sweep(home / "rehearsals" / name)


def left(checkout: SmallCheckout, name: str) -> list[psutil.Process]:
    """What was started for a rehearsal and runs."""
    directory, found = str(checkout.home / "rehearsals" / name), []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == directory and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_for(process: subprocess.Popen[str], said: str) -> None:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if said in line:
            return
    raise AssertionError("".join(lines))


def test_sound_stacks_pass_side_by_side_also_after_a_run_that_was_killed(checkout: SmallCheckout) -> None:
    checkout.commit(sound())
    killed = checkout.start("staging")
    wait_for(killed, "deploy ...")
    killed.kill()
    killed.wait()
    before = left(checkout, "staging")
    assert before  # at least its emulator

    done = checkout.rehearse("dev", "staging", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    dev, staging = json.loads(done.stdout)
    assert not any(p.is_running() for p in before)
    assert [p["name"] for p in dev["phases"]] == PHASES
    lifted = ["refusal", "synth with the word", "protection lifted"]
    assert [p["name"] for p in staging["phases"]] == [*PHASES[:4], *lifted, *PHASES[4:]]
    for name, record in {"dev": dev, "staging": staging}.items():
        assert record == checkout.record(name)
        assert all(p["ok"] for p in record["phases"])
        assert (record["breaches"], record["replacements"], record["from"]) == ([], [], None)
        assert (record["resources"], record["types"]) == (9, 6)
        assert record["by_type"]["aws_cloudwatch_log_group"] == 3
        assert record["revision"] == checkout.git("rev-parse", "HEAD")
        seen = {p["name"]: p["detail"] for p in record["phases"]}
        assert seen["killed"].startswith("2 of 2 stacks were killed in the middle")
        assert "10 of 10 changes" in seen["drift"]
        page = checkout.home / "rehearsals" / f"{name}.html"
        assert "passed" in page.read_text()
        assert left(checkout, name) == []
        assert [p.name for p in (checkout.home / "rehearsals" / name).iterdir()] == ["logs"]
    assert "2 of 2 stacks refused" in {p["name"]: p["detail"] for p in staging["phases"]}["refusal"]
    assert [p.name for p in checkout.home.iterdir()] == ["rehearsals"]  # no cloud but their own
    assert not (checkout.root / "cdktf.out").exists()


def faulty() -> dict[str, Any]:
    """A change that no plan shows, something that stays, something that is never at rest, something else's name."""
    resources = sound()
    first, second = resources["first"], resources["second"]
    first["aws_cloudwatch_log_group"]["g0"]["lifecycle"] = {"ignore_changes": ["retention_in_days"]}
    first["aws_cloudwatch_log_group"]["g1"]["skip_destroy"] = True
    second["aws_ssm_parameter"]["p"]["value"] = "${timestamp()}"
    return resources


def earlier() -> dict[str, Any]:
    resources = sound()
    resources["first"]["aws_dynamodb_table"]["d"] = table("another-name")
    resources["first"]["aws_sns_topic"]["t"]["name"] = "another-name"
    return resources


def test_every_fault_is_found_and_named(checkout: SmallCheckout) -> None:
    checkout.commit(earlier())
    base = checkout.git("rev-parse", "HEAD")
    checkout.commit(faulty())
    done = checkout.rehearse("dev", "--from", "HEAD~1")
    assert done.returncode == 3, done.stdout + done.stderr
    record = checkout.record("dev")
    assert record["from"] == base

    def named(phase: str, *words: str) -> bool:
        return any(b.startswith(f"{phase}: ") and all(w in b for w in words) for b in record["breaches"])

    assert named("second plan", "dev-second", "update aws_ssm_parameter.p")
    assert named("drift", "dev-first: aws_cloudwatch_log_group.g0: kept for another time: the plan does not show it")
    assert not named("drift", "aws_cloudwatch_log_group.g2")
    assert named("leftovers", "account 111111111111: logs", "1 more")
    assert named("upgrade", "dev-first: aws_dynamodb_table.d is replaced because of name", "stateful")
    assert (record["scope"], record["from_blueprint"] is None) == ("whole", False)
    assert record["from_blueprint"] != record["blueprint"]
    assert record["replacements"] == [
        "dev-first: aws_dynamodb_table.d is replaced because of name",
        "dev-first: aws_sns_topic.t is replaced because of name",
    ]
    assert not named("upgrade", "aws_sns_topic")
    assert named("rollback", "dev-first: aws_dynamodb_table.d is replaced because of name", "stateful")
    assert record["replacements_back"] == record["replacements"]
    verdicts = {p["name"]: p["ok"] for p in record["phases"]}
    assert list(verdicts)[-4:] == ["upgrade", "plan after it", "rollback", "plan after rollback"]
    assert verdicts["plan after rollback"]
    assert verdicts["destroy"]  # one fault does not hide that the rest works
    assert not any(verdicts[name] for name in ("second plan", "drift", "leftovers", "upgrade", "plan after it"))
    assert "aws_sns_topic.t is replaced" in done.stdout
    assert "is replaced because of name" in (checkout.home / "rehearsals" / "dev.html").read_text()
    assert left(checkout, "dev") == []


def test_stacks_that_cannot_be_deployed_are_named_and_the_rest_is_not_run(checkout: SmallCheckout) -> None:
    resources = sound()
    resources["second"]["aws_s3_bucket_versioning"]["v"]["bucket"] = "there-is-no-such-bucket"
    checkout.commit(resources)
    done = checkout.rehearse("dev")
    record = checkout.record("dev")
    assert done.returncode == 3, done.stdout + done.stderr
    assert any(
        "deploy: dev-second: apply failed" in b and "aws_s3_bucket_versioning.v" in b for b in record["breaches"]
    )
    seen = {p["name"]: p for p in record["phases"]}
    assert seen["drift"]["detail"] == "not run: the deploy failed"
    assert seen["destroy"]["ok"]  # what was deployed goes all the same
    assert seen["leftovers"]["ok"]


def test_interrupted_it_leaves_no_process_and_no_record(checkout: SmallCheckout) -> None:
    checkout.commit(sound())
    process = checkout.start("dev")
    wait_for(process, "deploy ...")
    second = checkout.rehearse("dev")
    assert (second.returncode, "being rehearsed already" in second.stderr) == (4, True)
    assert left(checkout, "dev")
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Stopped early" in said
    deadline = time.monotonic() + 10
    while left(checkout, "dev") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left(checkout, "dev") == []
    assert not (checkout.home / "rehearsals" / "dev.json").exists()
