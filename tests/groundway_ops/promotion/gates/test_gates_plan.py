"""Plan, policies and drift of stacks that are really deployed; each that passes beside one that is refused."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from promotion_request import HEX, NOW, Ask, release
from small_checkout import sound
from small_cloud import SmallCloud, reading, small_cloud

from groundway.release import Deployed, ModelPin, blueprint, configuration, record, write
from groundway_ops.gate import rules
from groundway_ops.promotion.gates import Request, Result
from groundway_ops.promotion.gates.drift import drift
from groundway_ops.promotion.gates.plan import plan
from groundway_ops.promotion.gates.policies import policies

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
Change = Callable[..., Request]
TABLE, BUCKET = "aws_dynamodb_table.d", "aws_s3_bucket.b"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallCloud]:
    with small_cloud(tmp_path_factory.mktemp("cloud")) as made:
        yield made


def given(request: Request, **changes: Any) -> None:
    """The same evaluation, and so the same plans, of another request."""
    for name, value in changes.items():
        object.__setattr__(request, name, value)


@pytest.fixture
def change(cloud: SmallCloud, ask: Ask) -> Change:
    """Makes the stacks something else, which is to be promoted to staging."""

    def one(resources: dict[str, Any], target: str = "staging", **changes: Any) -> Request:
        cloud.write(resources)
        account = cloud.account(target)
        pinned = {
            "policies": rules.load(cloud.root / "policies").digest,
            "blueprint": blueprint(cloud.root),
            "configuration": configuration(cloud.root, target),
        }
        request: dict[str, Any] = {
            "root": cloud.root,
            "target": account.environment,
            "in_target": account,
            "candidate": release(target, **pinned),
        }
        return ask(**{**request, **changes})

    return one


def test_what_changes_nothing_passes_both_and_the_policies_must_be_the_pinned_ones(change: Change) -> None:
    request = change(sound())
    result = plan(request)
    assert (result.passed, result.reason) == (True, "nothing changes in 2 stacks; nothing stateful goes")
    judged = policies(request)
    assert (judged.passed, judged.reason) == (True, "9 resources and 2 plans keep 3 rules")
    assert judged.evidence["digest"] == request.candidate.policies
    assert (judged.evidence["findings"], judged.evidence["failures"]) == ([], [])
    given(request, candidate=release("staging", policies=HEX))
    other = policies(request)
    assert not other.passed
    assert other.reason.startswith(
        f"the release was made under the policies {HEX}, and these are {judged.evidence['digest']}"
    )


def test_what_is_not_stateful_may_go_and_is_counted(change: Change) -> None:
    resources = sound()
    resources["first"]["aws_sns_topic"]["t"]["name"] = "another"
    resources["first"]["aws_cloudwatch_log_group"]["g0"]["retention_in_days"] = 14
    del resources["second"]["aws_ssm_parameter"]
    result = plan(change(resources))
    assert result.passed
    assert result.reason == "1 changed, 1 replaced, 1 destroyed in 2 stacks; nothing stateful goes"
    assert result.evidence["stacks"] == {
        "staging-first": {"changed": 1, "replaced": 1},
        "staging-second": {"destroyed": 1},
    }
    assert result.evidence["lost"] == [
        "staging-first: aws_sns_topic.t is replaced because of name",
        "staging-second: aws_ssm_parameter.p is destroyed",
    ]


def test_something_stateful_goes_only_when_exactly_that_is_accepted(change: Change) -> None:
    resources = sound()
    resources["first"]["aws_dynamodb_table"]["d"]["name"] = "another"  # Terraform itself protects it
    resources["second"]["aws_s3_bucket"]["b"]["bucket"] = "another-bucket-of-tests"
    refused = plan(change(resources))
    assert not refused.passed
    assert refused.reason == (
        f"staging-first: {TABLE} would go, and is protected (--accept {TABLE} accepts it); "
        f"staging-second: {BUCKET} is replaced because of bucket; it is stateful (--accept {BUCKET} accepts it)"
    )
    request = change(resources, accepted=frozenset({TABLE, BUCKET}))
    accepted = plan(request)
    assert accepted.passed
    assert accepted.reason.endswith("; 2 stateful, all accepted")
    assert (accepted.evidence["accepted"], accepted.evidence["unprotected"]) == ([BUCKET, TABLE][::-1], "staging")
    given(request, accepted=frozenset({TABLE}))
    assert plan(request).reason.endswith(f"it is stateful (--accept {BUCKET} accepts it)")
    given(request, accepted=frozenset({TABLE, BUCKET, "aws_kms_key.k"}))
    surplus = plan(request)
    assert not surplus.passed
    assert surplus.reason == "--accept aws_kms_key.k: no plan replaces or destroys anything stateful of that address"


def test_before_a_first_release_what_waits_for_others_has_nothing_to_lose(cloud: SmallCloud, change: Change) -> None:
    request = change(reading("dev", cloud.root), target="dev")
    result = plan(request)
    assert result.passed
    assert result.reason.endswith("not planned, as they hold nothing yet: dev-second")
    assert result.evidence["stacks"] == {"dev-first": {"added": 5}}
    assert policies(request).passed


def test_a_stack_that_holds_something_and_cannot_be_planned_fails(cloud: SmallCloud, change: Change) -> None:
    result = plan(change(reading("staging", cloud.root)))
    assert not result.passed
    assert result.reason.startswith("staging-second: plan failed:")


def test_stacks_that_the_policies_refuse_fail_both_and_are_judged_all_the_same(change: Change) -> None:
    resources = sound()
    del resources["second"]["aws_s3_bucket_versioning"]
    request = change(resources)
    assert plan(request).reason.startswith("staging could not be planned: python -m stacks in")
    judged = policies(request)
    assert not judged.passed
    assert [f["rule"] for f in judged.evidence["findings"]] == ["buckets_keep_versions"]
    assert judged.reason.startswith(f"buckets_keep_versions: staging-second: {BUCKET}: ")


def test_an_exception_is_listed_with_who_answers_for_it(cloud: SmallCloud, change: Change) -> None:
    resources = sound()
    del resources["second"]["aws_s3_bucket_versioning"]
    waiver = {
        "rule": "buckets_keep_versions",
        "stack": "staging-second",
        "address": BUCKET,
        "reason": "Copies of public data, fetched again every night.",
        "approver": "security@example.com",
        "expires": "2026-12-24",
    }
    file = cloud.root / "policies" / "exceptions.yaml"
    file.write_text(yaml.safe_dump([waiver]))
    try:
        judged: Result = policies(change(resources))
    finally:
        file.write_text("[]\n")
    assert judged.passed, judged.reason
    (excepted,) = judged.evidence["excepted"]
    assert excepted == {key: waiver[key] for key in excepted}
    assert excepted["approver"] == "security@example.com"
    assert json.dumps(judged.evidence)


def test_another_checkout_than_that_of_the_release_is_not_planned(change: Change) -> None:
    request = change(sound(), candidate=release("staging"))
    result = plan(request)
    assert not result.passed
    assert "the code here is not that of commit aaaaaaaaaaaa and environments/staging/environment.yaml" in result.reason


def test_stacks_that_cannot_be_synthesized_fail_both(cloud: SmallCloud, change: Change) -> None:
    request = change({"first": "nonsense"})
    assert "staging could not be planned" in plan(request).reason
    with pytest.raises(Exception, match="python -m stacks"):
        policies(request)


# The source: staging, where the sound stacks are deployed, on the way to prod.


@pytest.fixture
def clean(cloud: SmallCloud, ask: Ask) -> Iterator[Callable[[], Request]]:
    """Staging runs what it pins; asks for a request to promote from there."""
    (cloud.root / "stacks" / "resources.json").write_text(json.dumps(sound()))
    account, root = cloud.account("staging"), cloud.root
    content = {"blueprint": blueprint(root), "configuration": configuration(root, "staging")}
    origin = release("staging", **content)
    file = write(root, origin)
    with account.entered():
        record(Deployed(release=origin, since=NOW), account.environment.cost_tags)
    yield lambda: ask(root=root, source=account.environment, in_source=account, origin=origin)
    file.unlink()


def test_a_source_that_runs_what_it_pins_is_clean_until_something_is_changed(
    cloud: SmallCloud, clean: Callable[[], Request]
) -> None:
    result = drift(clean())
    assert result.passed, result.reason
    assert result.reason == f"staging runs {release('staging').name}, as it pins; 2 plans are empty"
    logs = cloud.account("staging").client("logs")
    logs.put_retention_policy(logGroupName="/small/1", retentionInDays=30)
    changed = drift(clean())
    logs.put_retention_policy(logGroupName="/small/1", retentionInDays=7)
    assert not changed.passed
    assert "staging-first: the plan is not empty: update aws_cloudwatch_log_group.g1" in changed.reason
    assert changed.reason.endswith("Bring it back: groundway release deploy staging")


def test_a_source_that_runs_another_release_has_drifted(cloud: SmallCloud, clean: Callable[[], Request]) -> None:
    request, account = clean(), cloud.account("staging")
    pin = {"version": 1, "digest": HEX, "signer": "k", "dataset": "d@1", "features": "f"}
    other = request.origin.model_copy(update={"models": {"small": ModelPin.model_validate(pin)}})
    with account.entered():
        record(Deployed(release=other, since=NOW), account.environment.cost_tags)
    result = drift(request)
    assert not result.passed
    assert "which differ in model small: groundway release deploy staging" in result.reason
    account.client("ssm").delete_parameter(Name="/groundway/staging/release")
    assert drift(request).reason == "no release was deployed in staging yet: groundway release deploy staging"


def test_what_moves_on_is_what_the_source_pins_and_the_checkout_holds(
    cloud: SmallCloud, clean: Callable[[], Request]
) -> None:
    request = clean()
    given(request, origin=request.origin.model_copy(update={"policies": HEX.replace("0", "1")}))
    assert drift(request).reason.startswith("environments/staging/release.yaml pins r-")
    behind = clean()
    (cloud.root / "stacks" / "resources.json").write_text("{}")
    result = drift(behind)
    assert not result.passed
    assert "the code here is not that of commit aaaaaaaaaaaa; do this in a checkout of it" in result.reason
