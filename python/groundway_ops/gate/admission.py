"""What the API server of a cluster admits: `policies/kubernetes/`, with parameters from `environments/`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import click
import yaml

from groundway.environment import Environment, checkout, load
from groundway.errors import InvalidInput
from groundway_ops.gate import tenancy

Manifest = dict[str, Any]
FOLDER = Path("policies") / "kubernetes"
TEMPLATE, EXAMPLES = ".template.yaml", ".examples.yaml"
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
ANNOTATION = "policies.groundway.dev/"
ABOUT = ("title", "why", "severity", "controls", "mend")
PARAMETERS = "parameters"
# Managed add-ons that live in a namespace of their own, and that the bindings leave alone.
ADDON_NAMESPACES = {"amazon-cloudwatch-observability": "amazon-cloudwatch", "aws-mountpoint-s3-csi-driver": "mount-s3"}
BUILT_IN = ("default", "kube-node-lease", "kube-public", "kube-system")
# What pods ask for begins with these when it is an accelerator, however it is cut or shared.
ACCELERATORS = ("nvidia.com/", "aws.amazon.com/neuron")


@dataclass(frozen=True)
class AdmissionPolicy:
    """One file of `policies/kubernetes/`: a policy, its binding, and what its annotations tell a reviewer."""

    file: Path
    policy: Manifest
    binding: Manifest

    @property
    def name(self) -> str:
        return str(self.policy["metadata"]["name"])

    def about(self, key: str) -> str:
        """What the policy says of itself: one of `ABOUT`."""
        return str(self.policy["metadata"]["annotations"][ANNOTATION + key])


def policies(root: Path | None = None) -> list[AdmissionPolicy]:
    """All policies, by name. Raises `InvalidInput` for a file that is not one policy and its binding."""
    folder = checkout(root) / FOLDER
    files = sorted(f for f in folder.glob("*.yaml") if not f.name.endswith((TEMPLATE, EXAMPLES)))
    if not files:
        raise InvalidInput(f"{folder} holds no policies; restore it from version control")
    return [_read(file) for file in files]


def parameters(environment: Environment, root: Path | None = None) -> Manifest:
    """The ConfigMap that the policies read. Lists have one entry a line."""
    host = f"{environment.account}.dkr.ecr.{environment.region}.{_suffix(environment)}"
    ours = (environment.prefix, *environment.images.upstreams)
    lists = {
        "accelerators": ACCELERATORS,
        "cost-centers": sorted({tenancy.tags(environment, t, root).cost_center for t in tenancy.teams(environment)}),
        "gpus-per-pod": [f"{resource}={count}" for resource, count in tenancy.per_pod(environment).items()],
        "gpus-per-team": [
            f"{team}/{resource}={count}"
            for team in tenancy.teams(environment)
            for resource, count in tenancy.per_team(environment, team).items()
        ],
        "identities": [f"{one.namespace}/{one.name}" for one in tenancy.identities(environment)],
        "images": [f"{host}/{repository}/" for repository in ours],
        "namespaces": [f"{name}={team}" for name, team in _namespaces(environment).items()],
        "teams": tenancy.teams(environment),
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": PARAMETERS, "namespace": tenancy.POLICIES, "labels": environment.cost_tags.labels()},
        "data": {
            "environment": environment.name,
            # A shell in a pod leaves no trace of what was done in it.
            "shells": "denied" if environment.protection else "allowed",
            **{key: "\n".join(lines) for key, lines in lists.items()},
        },
    }


def manifests(environment: Environment, root: Path | None = None, *, observe: bool = False) -> list[Manifest]:
    """Everything that ops apply, in this order: parameters, namespaces and their quotas, policies, bindings.

    Parameters come first, because a new namespace is held to them. `observe`: bindings warn and write to the audit
    log, and deny nothing.
    """
    found = policies(root)
    template = checkout(root) / FOLDER / f"namespace{TEMPLATE}"
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": tenancy.POLICIES}}
    spaces = [m for name in tenancy.namespaces(environment) for m in _filled(template, environment, name, root)]
    actions = ["Warn", "Audit"] if observe else ["Deny", "Audit"]
    bindings = [{**one.binding, "spec": {**one.binding["spec"], "validationActions": actions}} for one in found]
    return [home, parameters(environment, root), *spaces, *(one.policy for one in found), *bindings]


@click.command(epilog="Example: groundway admission dev | kubectl apply --server-side -f -")
@click.argument("name", metavar="ENV")
@click.option("--observe", is_flag=True, help="Warn and audit, deny nothing: to see what would be denied.")
@click.option("--json", "as_json", is_flag=True, help="A Kubernetes List in JSON; else YAML.")
def admission(name: str, observe: bool, as_json: bool) -> None:
    """Print what holds the cluster of ENV to the policies: parameters, namespaces, quotas, policies, bindings."""
    found = manifests(load(name), observe=observe)
    if as_json:
        click.echo(json.dumps({"apiVersion": "v1", "kind": "List", "items": found}, indent=2))
    else:
        click.echo(yaml.dump_all(found, Dumper=_Yaml, sort_keys=False, width=120, allow_unicode=True), nl=False)


class _Yaml(yaml.SafeDumper):
    """YAML with lists of lines as lines. No anchors: a reader should not have to look elsewhere."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Yaml.add_representer(str, _text)


def _read(file: Path) -> AdmissionPolicy:
    documents = _documents(file, file.read_text(encoding="utf-8"))
    kinds = [one.get("kind") for one in documents]
    if kinds != [POLICY, BINDING]:
        raise InvalidInput(
            f"{file}: holds {', '.join(map(str, kinds)) or 'nothing'}; write one {POLICY}, then its {BINDING}"
        )
    policy, binding = documents
    for what, found in (
        ("metadata.name of the policy", policy["metadata"].get("name")),
        ("metadata.name of the binding", binding["metadata"].get("name")),
        ("spec.policyName of the binding", binding.get("spec", {}).get("policyName")),
    ):
        if found != file.stem:
            raise InvalidInput(f"{file}: {what} is {found!r}; write {file.stem!r}, as the file is named")
    said = policy["metadata"].get("annotations", {})
    if missing := [ANNOTATION + key for key in ABOUT if not said.get(ANNOTATION + key)]:
        raise InvalidInput(f"{file}: a reviewer is not told {', '.join(missing)}; write it in metadata.annotations")
    return AdmissionPolicy(file, policy, binding)


def _filled(template: Path, environment: Environment, name: str, root: Path | None) -> Iterator[Manifest]:
    team = tenancy.namespaces(environment)[name]
    labels = tenancy.tags(environment, team, root).labels()
    for manifest in _documents(template, Template(template.read_text(encoding="utf-8")).substitute(name=name)):
        metadata = manifest["metadata"]
        metadata["labels"] = {**metadata.get("labels", {}), **labels}
        if manifest["kind"] == "ResourceQuota":
            ceilings = tenancy.per_team(environment, team)
            manifest["spec"]["hard"] |= {f"requests.{resource}": str(count) for resource, count in ceilings.items()}
        yield manifest


def _documents(file: Path, text: str) -> list[Manifest]:
    try:
        found = [one for one in yaml.safe_load_all(text) if one]
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        raise InvalidInput(f"{file}:{line}: this is not YAML: {e.problem}") from None
    for one in found:
        if not isinstance(one, dict) or not one.get("kind") or not isinstance(one.get("metadata"), dict):
            raise InvalidInput(f"{file}: not a Kubernetes object: {str(one)[:60]!r} has no kind or metadata")
    return found


def _namespaces(environment: Environment) -> dict[str, str]:
    """Every namespace that there may be, and the team that it belongs to; none for what Kubernetes itself needs."""
    addons = [space for addon, space in ADDON_NAMESPACES.items() if addon in environment.cluster.addons]
    return {**dict.fromkeys((*BUILT_IN, *addons, tenancy.POLICIES), ""), **tenancy.namespaces(environment)}


def _suffix(environment: Environment) -> str:
    return "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
