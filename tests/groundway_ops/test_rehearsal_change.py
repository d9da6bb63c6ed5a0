"""The short rehearsal for real, of a small checkout: a change goes there and back, and one that does not is named."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_checkout import SmallCheckout, sound, table

from groundway.release.blueprint import blueprint, configuration
from groundway_ops.rehearsal.processes import sweep

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
BACK = ["upgrade", "plan after it", "rollback", "plan after rollback"]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[SmallCheckout]:
    (tmp_path / "checkout").mkdir()
    small = SmallCheckout(tmp_path / "checkout", tmp_path / "home")
    yield small
    for name in ("dev", "staging"):
        assert sweep(small.home / "rehearsals" / name) == 0  # nothing was left running


def breached(record: dict[str, Any]) -> set[str]:
    """The phases that found something."""
    return {phase["name"] for phase in record["phases"] if not phase["ok"]}


def changed() -> dict[str, Any]:
    """A sound change: something more, something less, something in place, something without state made anew."""
    resources = sound()
    resources["first"]["aws_cloudwatch_log_group"] |= {"more": {"name": "/small/more", "retention_in_days": 7}}
    resources["first"]["aws_cloudwatch_log_group"]["g0"]["retention_in_days"] = 14
    resources["first"]["aws_sns_topic"]["t"]["name"] = "another-name"
    del resources["second"]["aws_ssm_parameter"]
    return resources


def test_a_sound_change_goes_there_and_back_and_the_record_says_which(checkout: SmallCheckout) -> None:
    checkout.commit(sound())
    base, before = checkout.git("rev-parse", "HEAD"), blueprint(checkout.root)
    checkout.commit(changed())
    environment = checkout.root / "environments" / "staging" / "environment.yaml"
    was = configuration(checkout.root, "staging")
    environment.write_text(environment.read_text() + "# another digest, the same environment\n")

    done = checkout.rehearse("staging", "--change", "--from", "HEAD~1", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = json.loads(done.stdout)
    assert record == checkout.record("staging")
    assert [p["name"] for p in record["phases"]] == ["synth", "earlier synth", "earlier deploy", *BACK]
    assert (record["scope"], record["breaches"], record["accepted"]) == ("change", [], [])
    assert (record["revision"], record["dirty"]) == (checkout.git("rev-parse", "HEAD"), True)
    assert record["blueprint"] == blueprint(checkout.root)
    assert record["configuration"] == configuration(checkout.root, "staging")
    assert (record["from"], record["from_blueprint"], record["from_configuration"]) == (base, before, was)
    assert record["blueprint"] != before
    assert record["configuration"] != was
    topic = "staging-first: aws_sns_topic.t is replaced because of name"
    assert record["replacements"] == ["staging-second: aws_ssm_parameter.p is destroyed", topic][::-1]
    assert sorted(record["replacements_back"]) == [
        "staging-first: aws_cloudwatch_log_group.more is destroyed",
        topic,
    ]
    assert record["resources"] == 9  # of the change, not of what it was rolled back to
    assert [p.name for p in (checkout.home / "rehearsals" / "staging").iterdir()] == ["logs"]


def test_a_change_that_does_not_come_back_is_named(checkout: SmallCheckout) -> None:
    checkout.commit(sound())
    resources = sound()
    # To go back destroys the new table, with which nothing of before goes, and, as both names are one, the topic.
    resources["second"]["aws_dynamodb_table"]["new"] = table("small-new")
    resources["first"]["aws_sns_topic"]["twin"] = {"name": "small"}
    checkout.commit(resources)

    done = checkout.rehearse("dev", "--change", "--from", "HEAD~1")
    assert done.returncode == 3, done.stdout + done.stderr
    record = checkout.record("dev")
    assert breached(record) == {"plan after rollback"}
    assert record["breaches"] == ["plan after rollback: dev-first: the plan is not empty: create aws_sns_topic.t"]
    assert record["replacements"] == []
    assert "dev-second: aws_dynamodb_table.new is destroyed" in record["replacements_back"]
    assert "aws_dynamodb_table.new is destroyed" in (checkout.home / "rehearsals" / "dev.html").read_text()


def test_what_is_stateful_goes_only_when_accepted(checkout: SmallCheckout) -> None:
    """In a protected environment too, where Terraform itself refuses without the explicit word."""
    checkout.commit(sound())
    resources = sound()
    resources["first"]["aws_dynamodb_table"]["d"] = table("another-name")
    checkout.commit(resources)
    arguments = ("--change", "--from", "HEAD~1")

    assert checkout.rehearse("staging", *arguments).returncode == 3
    refused = checkout.record("staging")
    assert {"upgrade"} <= breached(refused)
    assert any("aws_dynamodb_table.d" in b and "cannot be destroyed" in b for b in refused["breaches"])

    done = checkout.rehearse("staging", *arguments, "--accept", "aws_dynamodb_table.d", "--accept", "aws_eip.none")
    record = checkout.record("staging")
    assert done.returncode == 0, record["breaches"]
    assert record["accepted"] == ["aws_dynamodb_table.d", "aws_eip.none"]
    gone = ["staging-first: aws_dynamodb_table.d is replaced because of name"]
    assert (record["replacements"], record["replacements_back"]) == (gone, gone)


def test_a_first_release_is_deployed_and_planned_again(checkout: SmallCheckout) -> None:
    resources = sound()
    checkout.commit(resources)
    done = checkout.rehearse("dev", "--change", "--json")
    (record,) = json.loads(done.stdout)
    assert done.returncode == 0, record["breaches"]
    assert [p["name"] for p in record["phases"]] == ["synth", "deploy", "second plan"]
    assert (record["from"], record["from_blueprint"], record["from_configuration"]) == (None, None, None)
    assert (record["resources"], record["dirty"]) == (9, False)

    resources["second"]["aws_ssm_parameter"]["p"]["value"] = "${timestamp()}"
    checkout.commit(resources)
    assert checkout.rehearse("dev", "--change").returncode == 3
    assert breached(checkout.record("dev")) == {"second plan"}


def test_code_that_is_changed_meanwhile_was_not_rehearsed(checkout: SmallCheckout) -> None:
    app = checkout.root / "stacks" / "__main__.py"
    app.write_text(app.read_text() + '(here / "stacks" / "new.py").write_text("")\n')
    checkout.commit(sound())
    was = blueprint(checkout.root)
    done = checkout.rehearse("dev", "--change")
    assert done.returncode == 3, done.stdout + done.stderr
    record = checkout.record("dev")
    assert record["blueprint"] == was != blueprint(checkout.root)
    assert record["breaches"] == ["synth: the checkout was changed while it was rehearsed; rehearse again"]
    assert {p["detail"].partition(":")[0] for p in record["phases"][1:]} == {"not run"}
