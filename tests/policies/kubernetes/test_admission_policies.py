"""The policies of `policies/kubernetes/` decide as their examples say, for pods and for everything that makes pods."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import kubernetes_validate
import pytest
from admission import Denial, Manifest, Policy, Server
from admission_examples import FOLDER, ROOT, TEMPLATES, Example, everywhere, examples

from groundway.environment import load_all
from groundway.tags import KEYS, LABEL_PREFIX
from groundway_ops.gate.admission import manifests, parameters, policies

ENVIRONMENTS = load_all(ROOT)
PARAMETERS = {name: parameters(environment) for name, environment in ENVIRONMENTS.items()}
POLICIES = {one.name: one for one in policies(ROOT)}
EXAMPLES = [example for name in POLICIES for example in examples(name)]
PASSING = [example for example in EXAMPLES if example.denied is None]
FAILING = [example for example in EXAMPLES if example.denied is not None]
WORKLOADS = {"pods", "replicationcontrollers", *(f"{kind.lower()}s" for kind in TEMPLATES)}
NODE_NAME = "nodeName passes"  # a pod that runs has one


@pytest.fixture(scope="module")
def servers() -> dict[str, Server]:
    return {name: Server.holding(manifests(environment, ROOT)) for name, environment in ENVIRONMENTS.items()}


def review(servers: dict[str, Server], example: Example) -> list[Denial]:
    return servers[example.environment].review(example.request)


@pytest.mark.parametrize("example", PASSING, ids=str)
def test_what_may_pass_passes_all_policies(servers: dict[str, Server], example: Example) -> None:
    assert review(servers, example) == []


@pytest.mark.parametrize("example", FAILING, ids=str)
def test_what_must_fail_fails_by_its_policy_and_no_other(servers: dict[str, Server], example: Example) -> None:
    denials = review(servers, example)
    assert {denial.policy for denial in denials} == {example.policy}, denials
    assert not any(denial.error for denial in denials), denials
    assert any(example.denied in denial.message for denial in denials), denials


@pytest.mark.parametrize("kind", TEMPLATES)
def test_what_makes_pods_is_denied_as_the_pod_is(servers: dict[str, Server], kind: str) -> None:
    pods = [example for example in FAILING if example.is_pod]
    assert len(pods) > 60
    for example in pods:
        inside = review(servers, example.inside(kind).asking(operation="CREATE"))
        if example.request.operation == "CREATE":
            assert inside == review(servers, example), example
        assert {denial.policy for denial in inside} == {example.policy}, example


@pytest.mark.parametrize("kind", TEMPLATES)
def test_what_makes_pods_is_allowed_as_the_pod_is(servers: dict[str, Server], kind: str) -> None:
    for example in PASSING:
        if example.is_pod and example.request.operation == "CREATE":
            assert review(servers, example.inside(kind)) == [], example


def test_an_innocent_container_changes_nothing(servers: dict[str, Server]) -> None:
    for example in EXAMPLES:
        if example.is_pod:
            assert review(servers, example.beside()) == review(servers, example), example


def test_a_change_is_held_to_the_same_as_what_is_new() -> None:
    alone = {name: _alone(one.policy, one.binding) for name, one in POLICIES.items()}
    for example in FAILING:
        if example.request.operation == "CREATE" and NODE_NAME not in example.denied:
            for one in everywhere(example):
                new = review(alone[example.policy], one)
                assert new, one
                assert review(alone[example.policy], one.asking(operation="UPDATE")) == new, one


def _alone(policy: Manifest, binding: Manifest) -> dict[str, Server]:
    """A server for each environment that holds this policy only."""
    return {e: Server.holding([policy, binding, config]) for e, config in PARAMETERS.items()}


def test_a_template_with_a_node_is_denied_when_it_is_changed_too(servers: dict[str, Server]) -> None:
    (example,) = [one for one in FAILING if NODE_NAME in one.denied]
    for kind in TEMPLATES:
        assert review(servers, example.inside(kind).asking(operation="UPDATE"))


def test_what_is_being_deleted_is_let_go(servers: dict[str, Server]) -> None:
    for example in FAILING:
        if "metadata" in example.request.object and example.policy != "no-shells":
            going = deepcopy(example.request.object)
            going["metadata"]["deletionTimestamp"] = "2026-11-23T00:00:00Z"
            assert review(servers, example.asking(object=going, operation="UPDATE")) == [], example


@pytest.mark.parametrize(
    "namespace", ["kube-system", "kube-public", "kube-node-lease", "amazon-cloudwatch", "mount-s3"]
)
def test_namespaces_of_the_system_are_left_alone(servers: dict[str, Server], namespace: str) -> None:
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    for example in FAILING:
        if example.request.namespace is not None:
            assert review(servers, example.asking(namespace=home)) == [], example


def test_a_label_does_not_make_a_namespace_one_of_the_system(servers: dict[str, Server]) -> None:
    for example in FAILING:
        if example.request.namespace is not None:
            liar = deepcopy(example.request.namespace)
            liar["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = "kube-system"
            assert review(servers, example.asking(namespace=liar)), example


@pytest.mark.parametrize("name", POLICIES)
def test_without_its_parameters_a_policy_denies(servers: dict[str, Server], name: str) -> None:
    policy = POLICIES[name]
    if "paramKind" not in policy.policy["spec"]:
        assert "params" not in str(policy.policy["spec"])
        return
    bare = Server.holding([policy.policy, policy.binding])
    empty = Server.holding([policy.policy, policy.binding, {**PARAMETERS["dev"], "data": {}}])
    for example in examples(name):
        if "deletionTimestamp" not in example.request.object.get("metadata", {}):
            assert [denial.error for denial in bare.review(example.request)] == [True], example
            assert empty.review(example.request) or example.denied is None, example


def told(policy: str, environment: str, **data: str) -> Server:
    """A server that holds one policy, with some parameters changed (`_` for `-` in their names)."""
    config = deepcopy(PARAMETERS[environment])
    config["data"] |= {key.replace("_", "-"): value for key, value in data.items()}
    return Server.holding([POLICIES[policy].policy, POLICIES[policy].binding, config])


def test_a_list_of_parameters_may_have_several_entries() -> None:
    request = examples("gpu-cost-labels")[0].request
    assert told("gpu-cost-labels", "dev", cost_centers="cc-1\ncc-1001\ncc-2").review(request) == []
    (denial,) = told("gpu-cost-labels", "dev", cost_centers="cc-1\ncc-2").review(request)
    assert denial.message.endswith("must be one of cc-1, cc-2")


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_workload_that_does_not_say_how_many_is_one(kind: str) -> None:
    eight = examples("gpu-limits")[0].inside(kind).request
    assert told("gpu-limits", "prod", gpus_per_team="demand/nvidia.com/gpu=8").review(eight) == []
    (denial,) = told("gpu-limits", "prod", gpus_per_team="demand/nvidia.com/gpu=7").review(eight)
    assert denial.message.startswith("the 1 copies together")


@pytest.mark.parametrize("name", POLICIES)
def test_every_part_of_a_policy_is_guarded_by_an_example(name: str) -> None:
    """Take any part of it away, and something that must fail passes."""
    policy = POLICIES[name]
    failing = [
        one
        for example in examples(name)
        if example.denied is not None
        for place in everywhere(example)
        for one in (place, place.asking(operation="UPDATE") if place.request.operation == "CREATE" else place)
        if not (NODE_NAME in example.denied and one.is_pod and one.request.operation == "UPDATE")
    ]

    def caught(weak: Manifest) -> bool:
        held = _alone(weak, policy.binding)
        return any(not review(held, one) for one in failing)

    assert not caught(policy.policy)
    survivors = [what for what, weak in _weakened(policy.policy) if not caught(weak)]
    assert not survivors


def _weakened(policy: Manifest) -> Iterator[tuple[str, Manifest]]:
    """The policy without one validation, one operand of one, one resource or one operation."""

    def without(change: Any) -> Manifest:
        weak = deepcopy(policy)
        change(weak["spec"])
        return weak

    spec = policy["spec"]
    for i, validation in enumerate(spec["validations"]):
        yield validation["message"], without(lambda s, i=i: s["validations"][i].update(expression="true"))
        for operand in _operands(validation["expression"]):
            weaker = validation["expression"].replace(operand, "true", 1)
            yield operand, without(lambda s, i=i, e=weaker: s["validations"][i].update(expression=e))
    for i, rule in enumerate(spec["matchConstraints"]["resourceRules"]):
        for key in ("resources", "operations"):
            for one in rule[key]:
                kept = [other for other in rule[key] if other != one]
                yield (
                    one,
                    without(
                        lambda s, i=i, key=key, kept=kept: s["matchConstraints"]["resourceRules"][i].update({key: kept})
                    ),
                )


def _operands(expression: str) -> list[str]:
    """What stands beside `&&` at the top; nothing where there is none."""
    depth, start, found = 0, 0, []
    for i, character in enumerate(expression):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and expression.startswith("||", i):
            return []  # another kind of rule: a condition, and what holds under it
        if depth == 0 and expression.startswith("&&", i):
            found.append(expression[start:i].strip())
            start = i + 2
    return [*found, expression[start:].strip()] if found else []


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_compiles_and_is_bound_to_deny(name: str) -> None:
    policy, binding = POLICIES[name].policy["spec"], POLICIES[name].binding["spec"]
    Policy(POLICIES[name].policy)
    assert policy["failurePolicy"] == "Fail"
    assert binding["validationActions"] == ["Deny", "Audit"]
    assert ("paramKind" in policy) == ("paramRef" in binding)
    assert binding.get("paramRef", {"parameterNotFoundAction": "Deny"})["parameterNotFoundAction"] == "Deny"


def test_policies_and_bindings_belong_together() -> None:
    for environment in ENVIRONMENTS.values():
        server = Server.holding(manifests(environment, ROOT))
        assert (
            {binding["spec"]["policyName"] for binding in server.bindings} == server.policies.keys() == POLICIES.keys()
        )


def test_all_find_the_pod_in_the_same_way_and_leave_the_same_namespaces_alone() -> None:
    shared: dict[str, set[str]] = {}
    selectors = set()
    for one in POLICIES.values():
        for variable in one.policy["spec"].get("variables", []):
            if variable["name"] in ("template", "spec", "containers", "accelerators", "wantsGpu"):
                shared.setdefault(variable["name"], set()).add(variable["expression"])
        if one.name != "team-namespaces":
            selectors.add(str(one.binding["spec"]["matchResources"]))
    assert {name: len(found) for name, found in shared.items()} == dict.fromkeys(shared, 1)
    assert len(shared) == 5
    assert len(selectors) == 1
    assert "matchResources" not in POLICIES["team-namespaces"].binding["spec"]


def test_together_the_policies_ask_for_every_cost_label() -> None:
    (missing,) = [
        v["expression"] for v in POLICIES["gpu-cost-labels"].policy["spec"]["variables"] if v["name"] == "missing"
    ]
    asked = {key for key in KEYS if f"'{key}'" in missing}
    assert asked == set(KEYS) - {"team"}
    assert f"{LABEL_PREFIX}team" in str(POLICIES["workload-team"].policy["spec"])


@pytest.mark.parametrize("name", POLICIES)
def test_a_reviewer_is_told_why_how_bad_and_what_to_do(name: str) -> None:
    severity = POLICIES[name].about("severity")
    assert severity in ("low", "medium", "high", "critical")
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| [{name}]({name}.yaml) |")]
    assert row.endswith(f"| {severity} |")


@pytest.mark.parametrize("version", {environment.cluster.version for environment in ENVIRONMENTS.values()})
def test_everything_that_is_applied_is_valid(version: str) -> None:
    for manifest in manifests(ENVIRONMENTS["prod"], ROOT):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_every_example_is_what_the_api_server_would_take() -> None:
    """A misspelt field would be no example of anything."""
    pod = next(example for example in PASSING if example.is_pod)
    for example in (*EXAMPLES, *(pod.inside(kind) for kind in TEMPLATES)):
        if not example.request.object["kind"].endswith("Options"):
            kubernetes_validate.validate(example.request.object, "1.35", strict=True)
