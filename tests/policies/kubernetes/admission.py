"""What the API server does with ValidatingAdmissionPolicies: match a request, find parameters, evaluate, decide.

Left out: `authorizer`, `auditAnnotations`, the cost budget of CEL, mutation, defaulting and validation of the object.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cel_environment import BOOL, STRING, Broken, compiled, evaluated, typed

Manifest = dict[str, Any]
# (group, version, kind) -> (resource, namespaced)
RESOURCES = {
    ("", "v1", "Pod"): ("pods", True),
    ("", "v1", "ReplicationController"): ("replicationcontrollers", True),
    ("", "v1", "Service"): ("services", True),
    ("", "v1", "Secret"): ("secrets", True),
    ("", "v1", "Namespace"): ("namespaces", False),
    ("", "v1", "PodExecOptions"): ("pods", True),
    ("", "v1", "PodAttachOptions"): ("pods", True),
    ("", "v1", "PodPortForwardOptions"): ("pods", True),
    ("apps", "v1", "Deployment"): ("deployments", True),
    ("apps", "v1", "StatefulSet"): ("statefulsets", True),
    ("apps", "v1", "DaemonSet"): ("daemonsets", True),
    ("apps", "v1", "ReplicaSet"): ("replicasets", True),
    ("batch", "v1", "Job"): ("jobs", True),
    ("batch", "v1", "CronJob"): ("cronjobs", True),
    ("networking.k8s.io", "v1", "Ingress"): ("ingresses", True),
    ("rbac.authorization.k8s.io", "v1", "Role"): ("roles", True),
    ("rbac.authorization.k8s.io", "v1", "RoleBinding"): ("rolebindings", True),
    ("rbac.authorization.k8s.io", "v1", "ClusterRole"): ("clusterroles", False),
    ("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"): ("clusterrolebindings", False),
}


@dataclass(frozen=True)
class Request:
    """One admission request. `namespace` is the Namespace object that it happens in, None for what is in none."""

    object: Manifest
    namespace: Manifest | None = None
    operation: str = "CREATE"
    subresource: str = ""
    user: str = "somebody"
    groups: Sequence[str] = ("system:authenticated",)
    old: Manifest | None = None

    @property
    def kind(self) -> tuple[str, str, str]:
        group, _, version = self.object["apiVersion"].rpartition("/")
        return group, version, self.object["kind"]

    @property
    def resource(self) -> str:
        name = RESOURCES[self.kind][0]
        return f"{name}/{self.subresource}" if self.subresource else name

    @cached_property
    def data(self) -> Manifest:
        """What expressions see of it."""
        return {
            "object": normalized(self.object),
            "oldObject": normalized(self.old),
            "namespaceObject": normalized(self.namespace),
            "request.operation": self.operation,
            "request.name": self.object.get("metadata", {}).get("name", ""),
            "request.namespace": self.namespace["metadata"]["name"] if self.namespace else "",
            "request.subResource": self.subresource,
            "request.userInfo.username": self.user,
            "request.userInfo.groups": list(self.groups),
        }


@dataclass(frozen=True)
class Denial:
    """A validation that did not hold; `error` when it could not even be evaluated."""

    policy: str
    message: str
    error: bool = False


class Policy:
    """A ValidatingAdmissionPolicy, compiled. Raises `Broken` for what the API server would refuse to take."""

    def __init__(self, manifest: Manifest) -> None:
        self.name: str = manifest["metadata"]["name"]
        self.spec: Manifest = manifest["spec"]
        self._variables: dict[str, Any] = {}
        self._conditions = [self._typed(c["expression"], BOOL) for c in self.spec.get("matchConditions", [])]
        for variable in self.spec.get("variables", []):
            self._variables[variable["name"]] = self._compiled(variable["expression"])
        self._validations = [
            (v, self._typed(v["expression"], BOOL), self._typed(v.get("messageExpression"), STRING))
            for v in self.spec["validations"]
        ]

    def _compiled(self, source: str) -> Any:
        try:
            return compiled(source, tuple((name, typed(e)) for name, e in self._variables.items()))
        except Broken as e:
            raise Broken(f"{self.name}: {source!r}: {e}") from None

    def _typed(self, source: str | None, wanted: Any) -> Any:
        """As the API server has it: a validation is a bool and a message a string, exactly and not just perhaps."""
        if source is None:
            return None
        expression = self._compiled(source)
        if expression.return_type() != wanted:
            found = expression.return_type().name()
            raise Broken(f"{self.name}: {source!r} must evaluate to {wanted.name()}, not to {found}")
        return expression

    def review(self, request: Request, params: Manifest | None) -> list[Denial]:
        """Denials by this policy with these parameters, where it matches."""
        data = {**request.data, "params": normalized(params)}
        try:
            if not all(evaluated(c, data) for c in self._conditions):
                return []
        except Broken as e:
            return self._failed(str(e))
        data |= self._values(data)
        return [denial for validation in self._validations for denial in self._validated(*validation, data)]

    def _values(self, data: Manifest) -> Manifest:
        """The variables. One that fails is left out: who needs it fails too, who does not is untouched, as if lazy."""
        values: Manifest = {}
        for name, expression in self._variables.items():
            try:
                values[f"variables.{name}"] = evaluated(expression, {**data, **values})
            except Broken:
                continue
        return values

    def _validated(self, source: Manifest, expression: Any, message: Any, data: Manifest) -> list[Denial]:
        try:
            if evaluated(expression, data):
                return []
        except Broken as e:
            return self._failed(f"{source['expression']!r}: {e}")
        return [Denial(self.name, self._message(source, message, data))]

    def _message(self, source: Manifest, expression: Any, data: Manifest) -> str:
        fallback: str = source.get("message", f"failed expression: {source['expression']}")
        try:
            text = evaluated(expression, data).strip() if expression else ""
        except Broken:
            return fallback
        return text if text and "\n" not in text else fallback

    def _failed(self, why: str) -> list[Denial]:
        return [Denial(self.name, why, error=True)] if self.spec.get("failurePolicy", "Fail") == "Fail" else []


@dataclass
class Server:
    """Policies, bindings and what parameters are made of, as a cluster holds them."""

    policies: dict[str, Policy] = field(default_factory=dict)
    bindings: list[Manifest] = field(default_factory=list)
    objects: list[Manifest] = field(default_factory=list)

    @classmethod
    def holding(cls, manifests: Iterable[Manifest]) -> "Server":
        server = cls()
        for manifest in manifests:
            if manifest["kind"] == "ValidatingAdmissionPolicy":
                server.policies[manifest["metadata"]["name"]] = Policy(manifest)
            elif manifest["kind"] == "ValidatingAdmissionPolicyBinding":
                server.bindings.append(manifest)
            else:
                server.objects.append(manifest)
        return server

    def review(self, request: Request) -> list[Denial]:
        """Why the request is denied; nothing when it is allowed. A binding that does not deny does not count."""
        found: list[Denial] = []
        for binding in self.bindings:
            spec, policy = binding["spec"], self.policies.get(binding["spec"]["policyName"])
            if policy is None or "Deny" not in spec["validationActions"]:
                continue
            if matches(policy.spec["matchConstraints"], request) and matches(spec.get("matchResources", {}), request):
                found += self._judged(policy, spec, request)
        return found

    def _judged(self, policy: Policy, binding: Manifest, request: Request) -> list[Denial]:
        kind, reference = policy.spec.get("paramKind"), binding.get("paramRef")
        if not kind or not reference:
            return policy.review(request, None)
        namespace = reference.get("namespace") or request.data["request.namespace"]
        wanted = (kind["apiVersion"], kind["kind"], namespace, reference["name"])
        for one in self.objects:
            metadata = one["metadata"]
            if (one["apiVersion"], one["kind"], metadata.get("namespace", ""), metadata["name"]) == wanted:
                return policy.review(request, one)
        if reference["parameterNotFoundAction"] == "Allow":
            return []
        return policy._failed(f"there is no {kind['kind']} {namespace}/{reference['name']}")


def matches(constraints: Manifest, request: Request) -> bool:
    """MatchResources of a policy or a binding against a request. No rules at all match everything."""
    rules = constraints.get("resourceRules")
    if rules is not None and not any(_rule(rule, request) for rule in rules):
        return False
    if any(_rule(rule, request) for rule in constraints.get("excludeResourceRules", [])):
        return False
    selected = _selects(constraints.get("objectSelector", {}), request.object.get("metadata", {}).get("labels", {}))
    return selected and _in_namespace(constraints.get("namespaceSelector", {}), request)


def _rule(rule: Manifest, request: Request) -> bool:
    group, version, _ = request.kind
    return (
        _any(rule["apiGroups"], group)
        and _any(rule["apiVersions"], version)
        and _any(rule["operations"], request.operation)
        and any(_resource(pattern, request.resource) for pattern in rule["resources"])
    )


def _any(patterns: Sequence[str], value: str) -> bool:
    return "*" in patterns or value in patterns


def _resource(pattern: str, resource: str) -> bool:
    """`pods` is not `pods/exec`: subresources match where they are named; `pods/*` is pods and all of theirs."""
    name, _, sub = pattern.partition("/")
    found, _, found_sub = resource.partition("/")
    return name in ("*", found) and sub in (("*", found_sub) if "/" in pattern else (found_sub,))


def _in_namespace(selector: Manifest, request: Request) -> bool:
    """Of a Namespace its own labels count; what else is in no namespace is never left out."""
    if request.kind[2] == "Namespace":
        return _selects(selector, _labels(request.object))
    return request.namespace is None or _selects(selector, _labels(request.namespace))


def _labels(manifest: Manifest) -> dict[str, str]:
    """The API server labels every namespace with its name, whatever was asked for."""
    metadata = manifest["metadata"]
    return {**metadata.get("labels", {}), "kubernetes.io/metadata.name": metadata["name"]}


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return all(labels.get(k) == v for k, v in selector.get("matchLabels", {}).items()) and all(
        _expression(e, labels) for e in selector.get("matchExpressions", [])
    )


def _expression(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]


def normalized(value: Any, path: tuple[str, ...] = ()) -> Any:
    """As the API server hands it on: no nulls, quantities as text."""
    if isinstance(value, dict):
        return {k: normalized(v, (*path, k)) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [normalized(v, path) for v in value]
    in_resources = path[-3:-2] == ("resources",) and path[-2] in ("limits", "requests")
    return str(value) if in_resources and not isinstance(value, bool) else value
