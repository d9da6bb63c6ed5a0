"""What a plan is refused for, seen without Terraform: updates, names, secrets."""

from __future__ import annotations

from typing import Any

import pytest

from groundway_local.provider import messages, schema, validate
from groundway_local.provider.planning import with_defaults
from groundway_local.provider.problem import dotted, snake
from groundway_local.provider.provider import Provider
from groundway_local.provider.resources import registry
from groundway_local.provider.routes import Routes
from groundway_local.provider.session import Models
from groundway_local.provider.spec import Op, Spec
from groundway_local.provider.values import UNKNOWN, empty

# A key whose description may be anything when it is made, and the name of a policy when it changes.
STRICTER = Spec(
    "kms",
    "Key",
    Op("create_key", attrs=("description",)),
    id="{key_id}",
    update=(Op("put_key_policy", attrs=("description",)),),
    names={"description": ("PolicyName", "Description")},
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        return schema.load(list(registry()), [])


def found(catalog: Any, type_name: str, spec: Spec | None = None, **config: Any) -> list[str]:
    spec = spec or registry()[type_name]
    block = with_defaults(catalog.resources[type_name], spec)
    routes = Routes(spec, block, Models())
    return [p.detail for p in validate.problems(type_name, routes, {**empty(block), **config})]


def test_what_an_update_does_not_allow_is_refused_when_it_changes(catalog: Any) -> None:
    one = schema.Catalog(catalog.aws_version, catalog.provider, {"aws_kms_key": catalog.resources["aws_kms_key"]}, {})
    provider = Provider({"aws_kms_key": STRICTER}, {}, one)
    bare = empty(provider.schemas["aws_kms_key"])
    assert found(catalog, "aws_kms_key", STRICTER, description="two words") == []

    def plan(before: str | None, after: str) -> list[str]:
        request = messages.M["PlanResourceChangeRequest"](type_name="aws_kms_key")
        new = {**bare, "description": after, "region": "us-east-1", "tags_all": {}}
        request.prior_state.CopyFrom(messages.encode(new | {"description": before} if before else None))
        request.proposed_new_state.CopyFrom(messages.encode(new))
        request.config.CopyFrom(messages.encode({**bare, "description": after}))
        out = messages.M["PlanResourceChange"]()
        provider.PlanResourceChange(request, out)
        return [d.detail for d in out.diagnostics]

    assert plan("x", "fine") == []
    assert plan(None, "two words") == []
    assert plan("two words", "two words") == []
    assert "aws_kms_key.description: 'two words' does not match" in "".join(plan("x", "two words"))


def test_a_secret_is_not_repeated(catalog: Any) -> None:
    base = {"identifier": "i", "instance_class": "db.t4g.micro", "engine": "postgres"}
    assert not any("hunter2" in p for p in found(catalog, "aws_db_instance", **base, password="hunter2"))
    hidden = Spec("iam", "Role", Op("create_role"), id="{name}", sensitive=("name",))
    problems = found(catalog, "aws_iam_role", hidden, name="hunter 2", assume_role_policy="{}")
    [problem] = [p for p in problems if "aws_iam_role.name" in p]
    assert problem.startswith("aws_iam_role.name: the value does not match")
    assert "hunter" not in problem


def test_what_is_unknown_is_left_for_later(catalog: Any) -> None:
    metric = {"period": UNKNOWN, "stat": UNKNOWN, "metric_name": "m", "namespace": "n"}
    query = {"id": "m", "metric": [metric]}
    config = {"alarm_name": "a", "comparison_operator": "GreaterThanThreshold", "evaluation_periods": 1}
    assert found(catalog, "aws_cloudwatch_metric_alarm", **config, metric_query=[query]) == []
    assert found(catalog, "aws_sns_topic", name=UNKNOWN, tags={"a": UNKNOWN}) == []


def test_every_check_of_a_spec_leads_somewhere() -> None:
    models = Models()
    checked = {name: spec for name, spec in registry().items() if spec.checks}
    assert checked
    for name, spec in checked.items():
        for reference in spec.checks.values():
            assert models.member(spec.service, reference) is not None, name


@pytest.mark.parametrize(
    ("member", "attribute"),
    [("MaxSize", "max_size"), ("maxSize", "max_size"), ("KMSKeyId", "kms_key_id"), ("stat", "stat")],
)
def test_how_a_member_is_written_in_terraform(member: str, attribute: str) -> None:
    assert snake(member) == attribute
    assert dotted(("rule", 0, snake(member))) == f"rule[0].{attribute}"
