"""The examples beside the policies, as requests: each `<policy>.examples.yaml` read, and pods put into workloads."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from admission import RESOURCES, Manifest, Request

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "policies" / "kubernetes"
TEMPLATES = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "ReplicationController": "v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
}
KEYS = {
    *("name", "allowed", "denied", "object", "change", "namespace"),
    *("operation", "subresource", "user", "environment", "workload"),
}


@dataclass(frozen=True)
class Example:
    """A request and its verdict by `policy`: allowed, or denied with a message that holds `denied`."""

    policy: str
    name: str
    environment: str
    request: Request
    denied: str | None

    def __str__(self) -> str:
        return f"{self.policy}: {self.name}"

    @property
    def is_pod(self) -> bool:
        """A pod that is made, which a workload could make as well."""
        return self.request.object["kind"] == "Pod" and not self.request.subresource

    def inside(self, kind: str) -> "Example":
        """The same pod as the template of a workload."""
        return self.asking(object=workload(self.request.object, kind))

    def beside(self) -> "Example":
        """The same pod with a container before the others that does nothing wrong."""
        pod = deepcopy(self.request.object)
        (model,) = examples(self.policy)[0].request.object["spec"]["containers"]
        locked = {**model["securityContext"], "runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        innocent = {"name": "beside", "image": model["image"], "securityContext": locked}
        pod["spec"]["containers"].insert(0, innocent)
        return self.asking(object=pod)

    def asking(self, **changes: Any) -> "Example":
        return replace(self, request=replace(self.request, **changes))


@cache
def examples(policy: str) -> list[Example]:
    """The examples beside one policy."""
    file = FOLDER / f"{policy}.examples.yaml"
    cases = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [_example(file, policy, cases[0], case) for case in cases]


def _example(file: Path, policy: str, first: Manifest, case: Manifest) -> Example:
    assert not case.keys() - KEYS, f"{file}: {case['name']}: unknown {case.keys() - KEYS}"
    assert case.get("allowed") is True or case.get("denied"), f"{file}: {case['name']}: allowed or denied?"
    assert case is first or case.keys() & (KEYS - {"name", "allowed", "denied"}), f"{file}: {case['name']} is the first"
    said = {"operation": "CREATE", "subresource": "", "user": "somebody", "environment": "dev", **first, **case}
    found = changed(said["object"], case.get("change", {}))
    if more := case.get("workload"):
        found = workload(found, **more)
    group, _, version = found["apiVersion"].rpartition("/")
    namespaced = RESOURCES[group, version, found["kind"]][1]
    request = Request(
        object=found,
        namespace=_namespace(said["namespace"]) if namespaced else None,
        operation=said["operation"],
        subresource=said["subresource"],
        user=said["user"],
    )
    return Example(policy, case["name"], said["environment"], request, case.get("denied"))


def _namespace(metadata: Manifest) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def changed(value: Any, change: Any) -> Any:
    """`value` with `change` merged into it: mappings by key, lists item by item, null removes."""
    if isinstance(change, dict):
        old = value if isinstance(value, dict) else {}
        return {
            k: v for k, v in {**old, **{k: changed(old.get(k), c) for k, c in change.items()}}.items() if v is not None
        }
    if isinstance(change, list):
        old = value if isinstance(value, list) else []
        more = [*old, *([None] * (len(change) - len(old)))]
        return [changed(v, change[i]) if i < len(change) else v for i, v in enumerate(more)]
    return change


def workload(pod: Manifest, kind: str, **spec: Any) -> Manifest:
    """A workload whose template is `pod`; `spec` is what its own spec, or that of a CronJob's jobs, says besides."""
    labels = pod["metadata"].get("labels", {})
    template = {"metadata": {k: v for k, v in pod["metadata"].items() if k != "name"}, "spec": deepcopy(pod["spec"])}
    whole: Manifest = {**spec, "template": template}
    if kind in ("Job", "CronJob"):
        template["spec"].setdefault("restartPolicy", "Never")
    if kind == "CronJob":
        whole = {"schedule": "0 3 * * *", "jobTemplate": {"spec": whole}}
    elif kind == "ReplicationController":
        whole["selector"] = labels
    elif kind != "Job":
        whole["selector"] = {"matchLabels": labels}
    if kind == "StatefulSet":
        whole["serviceName"] = pod["metadata"]["name"]
    metadata = {"name": pod["metadata"]["name"]}
    return {"apiVersion": TEMPLATES[kind], "kind": kind, "metadata": metadata, "spec": whole}


def everywhere(example: Example) -> Iterator[Example]:
    """An example, its pod with an innocent container, and inside every kind of workload."""
    yield example
    if example.is_pod and "deletionTimestamp" not in example.request.object["metadata"]:
        yield example.beside()
        yield from (example.inside(kind) for kind in TEMPLATES)
