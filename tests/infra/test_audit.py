"""Audit: what is recorded and kept, what is guarded, and what raises an alarm, in the three environments."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sites import DEV

from groundway import environment
from groundway.environment import Environment, load_all
from infra import cdk
from infra.audit import Audit, AuditProps
from infra.cdk import App, TerraformStack
from infra.trail_alarms import SUSPICIONS, TrailAlarms, TrailAlarmsProps
from stacks.cloud import Cloud
from stacks.foundation import Foundation

ENVIRONMENTS = load_all(Path(__file__).parents[2])
Made = dict[str, dict[str, Any]]
ONCE_IN_AN_ACCOUNT = (
    "aws_guardduty_detector",
    "aws_accessanalyzer_analyzer",
    "aws_ebs_encryption_by_default",
    "aws_ebs_snapshot_block_public_access",
    "aws_ec2_image_block_public_access",
    "aws_ec2_instance_metadata_defaults",
    "aws_s3_account_public_access_block",
    "aws_iam_account_password_policy",
)


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def case(request: pytest.FixtureRequest) -> tuple[Environment, Made]:
    env = ENVIRONMENTS[request.param]
    return env, json.loads(cdk.Testing.synth(Foundation(App(), env, Cloud.LOCAL)))["resource"]


def audited(**settings: Any) -> Made:
    """What is made with these settings of `audit`."""
    stack = TerraformStack(cdk.Testing.app(), "stack")
    props = AuditProps(
        site=DEV,
        audit=environment.Audit(**settings),
        watched_buckets=["groundway-dev-data"],
        evidence="groundway-dev-evidence",
        key_arn="key",
        log_key_arn="key",
        log_retention_days=7,
        boundary_arn="boundary",
    )
    Audit(stack, "audit", props)
    return json.loads(cdk.Testing.synth(stack))["resource"]  # type: ignore[no-any-return]  # JSON


def only(found: Made, kind: str) -> dict[str, Any]:
    [one] = found[kind].values()
    return dict(one)


def statements(found: Made) -> dict[str, dict[str, Any]]:
    """The evidence bucket's policy: Sid to statement."""
    return {s["Sid"]: s for s in json.loads(only(found, "aws_s3_bucket_policy")["policy"])["Statement"]}


def selectors(found: Made) -> dict[str, dict[str, dict[str, Any]]]:
    """Name of a selector to field to its selection."""
    return {
        s["name"]: {f["field"]: f for f in s["field_selector"]}
        for s in only(found, "aws_cloudtrail")["advanced_event_selector"]
    }


def test_the_trail_is_whole_and_shows_tampering(case: tuple[Environment, Made]) -> None:
    env, found = case
    trail = only(found, "aws_cloudtrail")
    assert trail["is_multi_region_trail"] is True
    assert trail["include_global_service_events"] is True
    assert trail["enable_log_file_validation"] is True
    assert "aws_kms_key.audit-key" in trail["kms_key_id"]
    assert trail.get("lifecycle", {}).get("prevent_destroy", False) is env.protection
    [policy] = found["aws_s3_bucket_policy"]
    assert f"aws_s3_bucket_policy.{policy}" in trail["depends_on"]  # or AWS refuses to make it


def test_what_happens_to_data_is_recorded(case: tuple[Environment, Made]) -> None:
    env, found = case
    selected = selectors(found)
    assert selected["Everything that manages"] == {
        "eventCategory": {"field": "eventCategory", "equals": ["Management"]}
    }
    objects = selected["Objects of data and models"]
    assert "readOnly" not in objects
    bill = ["billing"] if env.billing.exports else []
    buckets = [env.bucket_name(p) for p in ("data", "models", "features", "checkpoints", *bill)]
    assert objects["resources.ARN"]["starts_with"] == [f"arn:aws:s3:::{b}/" for b in buckets]
    tables = selected["Writing online features"]
    assert tables["readOnly"]["equals"] == ["false"]
    assert f"table/{env.prefix}-" in tables["resources.ARN"]["starts_with"][0]
    evidence = selected["Reading evidence"]
    assert evidence["readOnly"]["equals"] == ["true"]  # its writing would record itself, for ever


def test_evidence_cannot_be_taken_away_before_its_time(case: tuple[Environment, Made]) -> None:
    env, found = case
    bucket, lock = only(found, "aws_s3_bucket"), only(found, "aws_s3_bucket_object_lock_configuration")
    assert bucket["bucket"] == env.bucket_name("evidence")
    assert bucket["object_lock_enabled"] is True
    assert bucket["force_destroy"] is not env.protection
    retention = lock["rule"]["default_retention"]
    assert retention == {"mode": env.audit.evidence_mode, "days": env.audit.evidence_days}
    versions = only(found, "aws_s3_bucket_versioning")["versioning_configuration"]
    assert versions["status"] == "Enabled"


def test_only_its_own_trail_writes_into_the_evidence(case: tuple[Environment, Made]) -> None:
    env, found = case
    trail = f"arn:aws:cloudtrail:{env.region}:{env.account}:trail/{env.prefix}"
    allowed = {sid: s for sid, s in statements(found).items() if s["Effect"] == "Allow"}
    assert set(allowed) == {"TrailLooks", "TrailWrites"}
    for statement in allowed.values():
        assert statement["Principal"] == {"Service": ["cloudtrail.amazonaws.com"]}
        assert statement["Condition"]["StringEquals"]["aws:SourceArn"] == trail
    assert allowed["TrailWrites"]["Resource"] == [
        f"arn:aws:s3:::{env.bucket_name('evidence')}/trail/AWSLogs/{env.account}/*"
    ]
    assert statements(found)["DenyPlainHttp"]["Effect"] == "Deny"
    assert only(found, "aws_cloudtrail")["name"] == env.prefix  # the ARN is that of the trail that is made


def test_an_account_is_guarded_once(case: tuple[Environment, Made]) -> None:
    _, found = case
    assert set(ONCE_IN_AN_ACCOUNT) <= set(found)
    block = only(found, "aws_s3_account_public_access_block")
    assert all(v for k, v in block.items() if k.startswith(("block_", "ignore_", "restrict_")))
    assert only(found, "aws_ec2_instance_metadata_defaults")["http_tokens"] == "required"
    features = {f["name"]: f for f in found["aws_guardduty_detector_feature"].values()}
    assert {"S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RUNTIME_MONITORING"} <= set(features)
    assert features["RUNTIME_MONITORING"]["additional_configuration"] == [
        {"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"}
    ]


def test_a_second_environment_of_an_account_has_its_trail_and_leaves_the_rest_alone() -> None:
    found = audited(account_wide=False)
    assert "aws_cloudtrail" in found
    assert not {*ONCE_IN_AN_ACCOUNT, "aws_guardduty_detector_feature"} & set(found)
    assert set(ONCE_IN_AN_ACCOUNT) <= set(audited())


def test_a_lock_that_nobody_can_lift_is_what_the_environment_says() -> None:
    lock = only(audited(evidence_mode="COMPLIANCE", evidence_days=3653), "aws_s3_bucket_object_lock_configuration")
    assert lock["rule"]["default_retention"] == {"mode": "COMPLIANCE", "days": 3653}


@pytest.mark.parametrize(("key", "value"), [("evidence_mode", "SOMETIMES"), ("evidence_days", 0)])
def test_a_lock_that_locks_nothing_is_refused(key: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=key):
        environment.Audit(**{key: value})


def alarmed() -> Made:
    stack = TerraformStack(cdk.Testing.app(), "stack")
    props = TrailAlarmsProps(site=DEV, log_group_name="/trail", topic_arn="topic", ci_role_name="groundway-dev-ci")
    TrailAlarms(stack, "alarms", props)
    return json.loads(cdk.Testing.synth(stack))["resource"]  # type: ignore[no-any-return]  # JSON


def test_every_suspicion_has_a_filter_and_an_alarm_on_its_metric() -> None:
    found = alarmed()
    filters = {f["name"]: f for f in found["aws_cloudwatch_log_metric_filter"].values()}
    alarms = {a["alarm_name"]: a for a in found["aws_cloudwatch_metric_alarm"].values()}
    assert set(filters) == set(alarms) == {f"groundway-dev-{s.name}" for s in SUSPICIONS}
    for name, alarm in alarms.items():
        transformation = filters[name]["metric_transformation"]
        assert (alarm["namespace"], alarm["metric_name"]) == (transformation["namespace"], transformation["name"])
        assert alarm["alarm_actions"] == ["topic"]
        assert filters[name]["log_group_name"] == "/trail"


def test_patterns_are_of_the_form_that_cloudwatch_takes() -> None:
    for made in alarmed()["aws_cloudwatch_log_metric_filter"].values():
        pattern = made["pattern"]
        assert len(pattern) <= 1024, made["name"]
        assert re.fullmatch(r"\{ .+ \}", pattern)
        assert pattern.count("(") == pattern.count(")")
        assert pattern.count('"') % 2 == 0


def test_what_ci_does_is_expected_of_ci_alone() -> None:
    found = {f["name"]: f["pattern"] for f in alarmed()["aws_cloudwatch_log_metric_filter"].values()}
    for suspicion in SUSPICIONS:
        pattern = found[f"groundway-dev-{suspicion.name}"]
        excused = '!= "groundway-dev-ci"' in pattern
        assert excused is suspicion.by_hand
        assert ("NOT EXISTS) ||" in pattern) is excused  # users, who have no role, are not excused
    assert not next(s for s in SUSPICIONS if s.name == "root-use").by_hand
    assert not next(s for s in SUSPICIONS if s.name == "key-deletion").by_hand
