"""The API server of these tests decides as the real one does: matching, parameters, laziness, errors, quantities."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from admission import Manifest, Policy, Request, Server, matches, normalized
from admission_examples import TEMPLATES, changed, workload
from cel_environment import Broken, compiled, evaluated, parse_quantity

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "home", "labels": {"team": "a"}}}
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": "x"}}, "spec": {"containers": []}}
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "home"}, "data": {"a": "1"}}
PODS = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}


def policy(*expressions: str, **spec: Any) -> Manifest:
    validations = [{"expression": expression, "message": "no"} for expression in expressions]
    whole = {"matchConstraints": {"resourceRules": [PODS]}, "validations": validations, **spec}
    return {"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": whole}


def binding(**spec: Any) -> Manifest:
    return {
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "p"},
        "spec": {"policyName": "p", "validationActions": ["Deny"], **spec},
    }


def said(found: Manifest, request: Request | None = None, *more: Manifest) -> list[str]:
    server = Server.holding([found, *(more or [binding()])])
    return [denial.message for denial in server.review(request or Request(POD, NAMESPACE))]


def test_a_validation_denies_when_it_is_false() -> None:
    assert said(policy("object.metadata.name == 'p'")) == []
    assert said(policy("object.metadata.name == 'q'", "true", "1 > 2")) == ["no", "no"]


@pytest.mark.parametrize(
    ("expression", "where", "why"),
    [
        ("object.metadata.name ==", "1:24", "Syntax error"),
        ("1 + 'a' == 2", "1:3", "no matching overload"),
        ("request.operaton == 'CREATE'", "1:8", "undeclared reference"),
        ("variables.missing == 1", "1:10", "undeclared reference"),
        ("object.spec.isSorted()", "1:21", "undeclared reference"),
    ],
)
def test_what_does_not_compile_says_where(expression: str, where: str, why: str) -> None:
    with pytest.raises(Broken, match=why) as e:
        Policy(policy(expression))
    assert f"<input>:{where}" in str(e.value)


def test_a_validation_must_be_a_bool_and_a_message_a_string() -> None:
    with pytest.raises(Broken, match="must evaluate to BOOL"):
        Policy(policy("object.spec.hostNetwork"))
    bad = policy("true")
    bad["spec"]["validations"][0]["messageExpression"] = "1"
    with pytest.raises(Broken, match="must evaluate to STRING"):
        Policy(bad)


def test_a_variable_knows_those_before_it_only() -> None:
    variables = [{"name": "a", "expression": "variables.b"}, {"name": "b", "expression": "1"}]
    with pytest.raises(Broken, match=r"variables\.b"):
        Policy(policy("true", variables=variables))
    Policy(policy("variables.a == 1", variables=[variables[1], variables[0]]))


def test_a_variable_that_fails_harms_only_who_needs_it() -> None:
    broken = [{"name": "a", "expression": "object.spec.missing.deeper"}]
    assert said(policy("true", variables=broken)) == []
    assert said(policy("true || variables.a == 1", variables=broken)) == []
    (message,) = said(policy("variables.a == 1", variables=broken))
    assert "variables.a" in message


def test_an_error_denies_unless_the_policy_ignores_it() -> None:
    expression = "object.spec.missing == 1"
    (message,) = said(policy(expression))
    assert "missing" in message
    assert said(policy(expression, failurePolicy="Ignore")) == []


def test_a_message_that_fails_falls_back() -> None:
    spoken = policy("false")
    for expression, expected in (
        ("'the pod ' + object.metadata.name", "the pod p"),
        ("'the pod ' + object.metadata.missing", "no"),
        ("'two\\nlines'", "no"),
        ("''", "no"),
    ):
        spoken["spec"]["validations"][0]["messageExpression"] = expression
        assert said(spoken) == [expected]


def test_conditions_choose_whom_a_policy_concerns() -> None:
    conditions = [{"name": "a", "expression": "object.metadata.name == 'q'"}]
    assert said(policy("false", matchConditions=conditions)) == []
    failing = [{"name": "a", "expression": "object.missing.x == 'q'"}]
    assert len(said(policy("false", matchConditions=failing))) == 1
    assert said(policy("false", matchConditions=failing, failurePolicy="Ignore")) == []


def test_parameters_are_found_by_name_and_namespace() -> None:
    found = policy("params.data.a == '1'", paramKind={"apiVersion": "v1", "kind": "ConfigMap"})
    reference = {"name": "c", "namespace": "home", "parameterNotFoundAction": "Deny"}
    assert said(found, None, binding(paramRef=reference), CONFIG) == []
    assert said(found, None, binding(paramRef={**reference, "namespace": ""}), CONFIG) == []  # that of the request
    assert said(found, None, binding(paramRef={**reference, "namespace": "away"}), CONFIG) != []
    assert said(found, None, binding(paramRef=reference)) != []
    assert said(found, None, binding(paramRef={**reference, "parameterNotFoundAction": "Allow"})) == []


def test_a_binding_that_only_warns_denies_nothing() -> None:
    assert said(policy("false"), None, binding(validationActions=["Warn", "Audit"])) == []
    assert said(policy("false"), None, {**binding(), "spec": {**binding()["spec"], "policyName": "other"}}) == []


@pytest.mark.parametrize(
    ("resources", "subresource", "matched"),
    [
        (["pods"], "", True),
        (["pods"], "exec", False),
        (["pods/exec"], "exec", True),
        (["pods/exec"], "", False),
        (["pods/*"], "exec", True),
        (["pods/*"], "", True),  # as the API server has it
        (["*"], "", True),
        (["*"], "exec", False),
        (["*/*"], "exec", True),
        (["*/exec"], "exec", True),
        (["services"], "", False),
    ],
)
def test_a_subresource_is_matched_where_it_is_named(resources: list[str], subresource: str, matched: bool) -> None:
    rules = [{**PODS, "resources": resources}]
    assert matches({"resourceRules": rules}, Request(POD, NAMESPACE, subresource=subresource)) is matched


@pytest.mark.parametrize(
    ("change", "matched"),
    [
        ({"operations": ["UPDATE"]}, False),
        ({"operations": ["*"]}, True),
        ({"apiGroups": ["apps"]}, False),
        ({"apiGroups": ["*"]}, True),
        ({"apiVersions": ["v2"]}, False),
    ],
)
def test_rules_match_group_version_and_operation(change: Manifest, matched: bool) -> None:
    assert matches({"resourceRules": [{**PODS, **change}]}, Request(POD, NAMESPACE)) is matched


def test_what_is_excluded_is_not_matched() -> None:
    assert not matches({"resourceRules": [PODS], "excludeResourceRules": [PODS]}, Request(POD, NAMESPACE))
    assert not matches({"resourceRules": []}, Request(POD, NAMESPACE))


@pytest.mark.parametrize(
    ("selector", "matched"),
    [
        ({}, True),
        ({"matchLabels": {"team": "a"}}, True),
        ({"matchLabels": {"team": "b"}}, False),
        ({"matchExpressions": [{"key": "team", "operator": "In", "values": ["a"]}]}, True),
        ({"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["a"]}]}, False),
        ({"matchExpressions": [{"key": "other", "operator": "NotIn", "values": ["a"]}]}, True),
        ({"matchExpressions": [{"key": "team", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}, False),
        ({"matchLabels": {"kubernetes.io/metadata.name": "home"}}, True),
    ],
)
def test_selectors_select(selector: Manifest, matched: bool) -> None:
    assert matches({"namespaceSelector": selector}, Request(POD, NAMESPACE)) is matched
    assert matches({"namespaceSelector": selector}, Request(NAMESPACE)) is matched
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}}
    assert matches({"namespaceSelector": selector}, Request(role))  # what is in no namespace cannot be left out


def test_objects_are_selected_by_their_labels() -> None:
    assert matches({"objectSelector": {"matchLabels": {"app": "x"}}}, Request(POD, NAMESPACE))
    assert not matches({"objectSelector": {"matchLabels": {"app": "y"}}}, Request(POD, NAMESPACE))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"),
        ("100m", "0.1"),
        ("1500m", "1.5"),
        ("2k", "2000"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("1e3", "1000"),
        ("1E", "1000000000000000000"),
        ("-3", "-3"),
        ("5u", "0.000005"),
    ],
)
def test_quantities_are_numbers(text: str, number: str) -> None:
    assert parse_quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "a", "1 Gi", "1gi", "Gi", "1.2.3", "1Kii"])
def test_what_is_no_quantity_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        parse_quantity(text)
    with pytest.raises(Broken):
        evaluated(compiled(f"quantity('{text}').asInteger() == 1"), {})


@pytest.mark.parametrize(
    "expression",
    [
        "quantity('8').asInteger() == 8",
        "quantity('2k').asInteger() == 2000",
        "quantity('1Gi').compareTo(quantity('1024Mi')) == 0",
        "quantity('1').compareTo(quantity('1500m')) == -1",
        "quantity('2').compareTo(quantity('1500m')) == 1",
        "quantity('2').isGreaterThan(quantity('1')) && !quantity('1').isGreaterThan(quantity('1'))",
        "quantity('1').isLessThan(quantity('2')) && !quantity('1').isLessThan(quantity('1'))",
        "[1, 2, 3].sum() == 6 && [1].filter(x, x > 1).sum() == 0",
    ],
)
def test_functions_of_kubernetes(expression: str) -> None:
    assert evaluated(compiled(expression), {}) is True


def test_half_an_accelerator_is_an_error() -> None:
    with pytest.raises(Broken, match="not an integer"):
        evaluated(compiled("quantity('500m').asInteger() == 1"), {})


def test_objects_arrive_as_the_api_server_keeps_them() -> None:
    found = normalized({"a": None, "resources": {"limits": {"nvidia.com/gpu": 1, "cpu": 0.5}}, "replicas": 2})
    assert found == {"resources": {"limits": {"nvidia.com/gpu": "1", "cpu": "0.5"}}, "replicas": 2}


def test_a_change_merges_item_by_item() -> None:
    before = {"a": [{"b": 1, "c": 2}, {"d": 3}], "e": {"f": 4}}
    kept = deepcopy(before)
    assert changed(before, {"a": [{"b": 9, "c": None}], "e": None}) == {"a": [{"b": 9}, {"d": 3}]}
    assert changed(before, {"a": [{}, {}, {"new": 1}]})["a"] == [{"b": 1, "c": 2}, {"d": 3}, {"new": 1}]
    assert before == kept


def test_a_workload_holds_its_pod_where_the_api_has_it() -> None:
    for kind in TEMPLATES:
        spec = workload(POD, kind, marker=1)["spec"]
        inner = spec["jobTemplate"]["spec"] if kind == "CronJob" else spec
        assert inner["template"]["spec"]["containers"] == []
        assert inner["marker"] == 1
