"""Checkov as a second opinion: whatever it finds on our stacks is mended, or listed with a reason."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkov_listed import Listed, load, stale, unlisted
from checkov_run import CHECKOUT, SEEN_BY, CheckovError, Finding, Report, checkov, complete
from pydantic import ValidationError

sys.path.insert(0, str(CHECKOUT / "tests" / "stacks"))
from synthesis import PARTS, synthesize

from stacks.cloud import Cloud

pytestmark = pytest.mark.slow
LISTED = load(CHECKOUT / "policies" / "checkov.yaml")
ENVIRONMENTS = ("dev", "staging", "prod")
FINDING = Finding("CKV_AWS_1", "A title", None, "dev-ml", "aws_x.bucket_1A", "dev-ml/data-bucket/bucket")
ENTRY = Listed(check="CKV_AWS_1", title="A title", where=("dev-ml/*-bucket/bucket",), reason="Done otherwise. " * 5)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Of what the app writes for AWS, for every environment."""
    folder = tmp_path_factory.mktemp("aws")
    synthesize(folder, Cloud.AWS)
    return checkov(folder / "stacks")


def test_checkov_saw_every_stack(report: Report) -> None:
    names = {f"{environment}-{part}" for environment in ENVIRONMENTS for part in PARTS}
    assert set(report.resources) == set(report.passed) == names
    for stack in names:
        assert min(report.passed[stack], report.resources[stack]) > 30, stack
    print(f"{sum(report.resources.values())} resources in {report.seconds:.1f} s, {report.cpu_seconds:.1f} s of CPU")
    for environment in ENVIRONMENTS:
        failed = sum(f.stack.startswith(environment) for f in report.failed)
        passed = sum(n for stack, n in report.passed.items() if stack.startswith(environment))
        print(f"{environment}: {passed} passed, {failed} failed and listed")


def test_what_fails_is_listed(report: Report) -> None:
    found = unlisted(report.failed, LISTED)
    assert not found, "mend it, or list it in policies/checkov.yaml:\n" + "\n".join(map(str, found))


def test_what_is_listed_still_fails(report: Report) -> None:
    assert stale(report.failed, LISTED) == []
    assert len({entry.check for entry in LISTED}) == len(LISTED)


@pytest.mark.parametrize(
    "other",
    [
        {"check": "CKV_AWS_2"},
        {"title": "Another title"},  # a check that asks for something else now
        {"path": "prod-ml/data-bucket/bucket"},
        {"path": "dev-ml/data-bucket/policy"},
    ],
)
def test_a_failed_check_that_is_not_listed_is_told(other: dict[str, str]) -> None:
    assert unlisted([FINDING], [ENTRY]) == stale([FINDING], [ENTRY]) == []
    new = replace(FINDING, **other)
    assert unlisted([new, FINDING], [ENTRY]) == [new]
    assert f"{new.check} {new.title}\n  {new.path} ({new.address})" in str(new)
    assert stale([new], [ENTRY]) == ["CKV_AWS_1: dev-ml/*-bucket/bucket"]


@pytest.mark.parametrize("wrong", [{"reason": "wontfix"}, {"where": []}, {"check": "*"}, {"until": "2027-01-01"}])
def test_an_entry_says_what_where_and_why(wrong: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "checkov.yaml"
    file.write_text(json.dumps([ENTRY.model_dump()]))
    assert load(file) == (ENTRY,)
    file.write_text(json.dumps([{**ENTRY.model_dump(), **wrong}]))
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        load(file)


def written(folder: Path, **stacks: dict[str, Any]) -> Path:
    """A directory with these stacks; `_` in a name stands for `-`."""
    for name, content in stacks.items():
        file = folder / name.replace("_", "-") / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(content))
    return folder


def bucket(**settings: Any) -> dict[str, Any]:
    """A bucket, and resources that refer to it, as cdktf writes them: single blocks as objects."""
    settings = {f"aws_s3_bucket_{k}": {k: {"bucket": "${aws_s3_bucket.data.id}", **v}} for k, v in settings.items()}
    return {"resource": {"aws_s3_bucket": {"data": {"bucket": "data"}}, **settings}}


SHUT = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
GROUP = {"name": "workers", "description": "Workers", "vpc_id": "vpc-1"}
WORN = "${data.terraform_remote_state.cross-stack-reference-input-good-foundation.outputs.group}"


@pytest.fixture
def careless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whose settings switch checks off."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".checkov.yaml").write_text("skip-check: [CKV_AWS_16, CKV_AWS_20]")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CKV_SKIP_CHECK", "CKV_AWS_24")


@pytest.mark.usefixtures("careless")
def test_what_is_broken_on_purpose_is_caught_and_what_is_right_is_not(tmp_path: Path) -> None:
    everyone = {"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr_ipv4": "0.0.0.0/0"}
    broken = {
        "aws_s3_bucket": {"data": {"bucket": "data", "acl": "public-read"}},
        "aws_security_group": {"workers": GROUP},
        "aws_vpc_security_group_ingress_rule": {"ssh": {"security_group_id": "sg-1", **everyone}},
        "aws_db_instance": {"registry": {"engine": "postgres", "instance_class": "db.t4g.micro"}},
    }
    right = bucket(versioning={"versioning_configuration": {"status": "Enabled"}}, public_access_block=SHUT)
    shared = {"group": {"value": "${aws_security_group.workers.id}"}}
    group = {"resource": {"aws_security_group": {"workers": GROUP}}, "output": shared}
    template = {"vpc_security_group_ids": [WORN], "metadata_options": {"http_tokens": "required"}}
    stacks = written(
        tmp_path / "stacks",
        bad_ml={"resource": broken, "terraform": {"required_version": ">= 1.11"}},
        good_ml=right,
        good_foundation=group,
        good_compute={"resource": {"aws_launch_template": {"workers": template}}},
    )
    report = checkov(stacks)
    failed = {(f.check, f.stack, f.address) for f in report.failed}
    assert {
        ("CKV_AWS_20", "bad-ml", "aws_s3_bucket.data"),  # a public ACL
        ("CKV_AWS_24", "bad-ml", "aws_vpc_security_group_ingress_rule.ssh"),  # open to everyone
        ("CKV_AWS_16", "bad-ml", "aws_db_instance.registry"),  # not encrypted
        ("CKV2_AWS_5", "bad-ml", "aws_security_group.workers"),  # worn by nothing
        ("CKV2_AWS_6", "bad-ml", "aws_s3_bucket.data"),  # the other environment's block does not count
        ("CKV_AWS_21", "bad-ml", "aws_s3_bucket.data"),
    } <= failed
    assert not {check for check, stack, _ in failed if stack.startswith("good")} & {
        "CKV_AWS_20",
        "CKV_AWS_21",
        "CKV2_AWS_5",  # worn in another stack of its environment
        "CKV2_AWS_6",
    }
    assert report.resources == {"bad-ml": 4, "good-ml": 3, "good-foundation": 1, "good-compute": 1}
    assert 0 < report.cpu_seconds < 10 * report.seconds


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"resource": {"aws_instance": {"one": "no object"}}}, "Failed to parse template: stacks/dev/dev-compute"),
        (bucket(acl={"acl": "public-read"}), "Failed to run check .*aws_s3_bucket_acl"),  # it looks for a graph in vain
    ],
)
def test_a_stack_that_checkov_cannot_check_is_a_failure(content: dict[str, Any], said: str, tmp_path: Path) -> None:
    """With every other stack checked, it exits with 0."""
    with pytest.raises(CheckovError, match=said):
        checkov(written(tmp_path, dev_ml={"resource": {"aws_sns_topic": {"alerts": {}}}}, dev_compute=content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"resource": ', "dev-ml/cdk.tf.json is not JSON"),
        ("{}", "dev-ml/cdk.tf.json has no resources"),
        ('{"resource": {"aws_instance": {}}}', "dev-ml/cdk.tf.json has no resources"),
        (None, "has no "),
        (json.dumps(bucket()), "same address.*aws_s3_bucket.data"),
    ],
)
def test_stacks_that_are_none_are_a_failure(content: str | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        written(tmp_path, dev_compute=bucket(), dev_ml={})
        (tmp_path / "dev-ml" / "cdk.tf.json").write_text(content)
    with pytest.raises(CheckovError, match=said):
        checkov(tmp_path)


def results() -> dict[str, list[dict[str, Any]]]:
    """What Checkov would say of one bucket in `dev-ml`."""

    def passed(check: str, resource: str) -> dict[str, Any]:
        return {"check_id": check, "file_path": "/dev/dev-ml.tf.json", "resource": resource}

    by_both = [passed(SEEN_BY[0], "resource.data"), passed(SEEN_BY[1], "aws_s3_bucket.data")]
    own = [passed("CKV_AWS_20", "aws_s3_bucket.data")]
    return {"passed_checks": [*by_both, *own], "failed_checks": [], "skipped_checks": [], "parsing_errors": []}


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"parsing_errors": ["/dev/dev-ml.tf.json"]}, "parsing_errors"),
        ({"skipped_checks": results()["passed_checks"]}, "skipped_checks"),
        ({"passed_checks": results()["passed_checks"][:2]}, "no check of its own"),
        ({"passed_checks": results()["passed_checks"][1:]}, "GROUNDWAY_SEEN differs.*aws_s3_bucket.data"),
        ({"passed_checks": results()["passed_checks"][::2]}, "GROUNDWAY_CONNECTED differs.*aws_s3_bucket.data"),
        ({"passed_checks": []}, "differs"),
    ],
)
def test_what_was_not_looked_at_is_a_failure(trouble: dict[str, Any], said: str) -> None:
    stacks = {"dev-ml": bucket()}
    complete(stacks, results())
    with pytest.raises(CheckovError, match=said):
        complete(stacks, {**results(), **trouble})
