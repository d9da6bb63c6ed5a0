"""The IAM policies of `policies/iam/`, filled in for an environment: for the stacks and for `groundway bootstrap`."""

import json
from pathlib import Path
from string import Template

from groundway.environment.load import checkout
from groundway.environment.model import Environment

FOLDER = Path("policies") / "iam"
WORKLOADS, OPERATORS, PROTECTED = "boundary.json", "operator-boundary.json", "operator-boundary-protected.json"
STATE_KEY, GITHUB, GITLAB = "state-key.json", "ci-trust-github.json", "ci-trust-gitlab.json"
DEPLOYING = ("ci-identity.json", "ci-network.json", "ci-services.json")


def fill(
    file: Path, *, prefix: str, environment: str, account: str, region: str, partition: str = "aws", **more: str
) -> str:
    """The document in `file` with its placeholders filled in, `more` too. An unknown placeholder is a `KeyError`."""
    project = prefix.removesuffix(f"-{environment}")
    return Template(file.read_text(encoding="utf-8")).substitute(
        prefix=prefix,
        project=project,
        database=f"{prefix.replace('-', '_')}_features",
        environment=environment,
        account=account,
        region=region,
        partition=partition,
        **more,
    )


def workload_boundary(environment: Environment, root: Path | None = None) -> str:
    """The most that a role of the platform itself can do. The foundation makes the policy: `boundary_name`."""
    return _filled(WORKLOADS, environment, root)


def operator_boundary(environment: Environment, root: Path | None = None) -> str:
    """The most that people and CI can do; less where the environment is protected."""
    documents = [_filled(OPERATORS, environment, root)]
    if environment.protection:
        documents.append(_filled(PROTECTED, environment, root))
    statements = [s for d in documents for s in json.loads(d)["Statement"]]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def deploying(environment: Environment, root: Path | None = None) -> dict[str, str]:
    """What CI may do, by name of the policy."""
    return {name.removesuffix(".json"): _filled(name, environment, root) for name in DEPLOYING}


def state_key(environment: Environment, root: Path | None = None) -> str:
    """Who may use the key of the Terraform states."""
    return _filled(STATE_KEY, environment, root)


def deployers(environment: Environment, root: Path | None = None) -> str:
    """Who may take the role that deploys: tokens of named repositories, for this environment or the main branch.

    GitHub says in a token's subject for which of its environments a workflow runs; GitLab says the branch. AWS looks
    at no other claim of GitLab's, so that `main` must be a protected branch there.
    """
    subjects = {
        GITHUB: [f"repo:{r}:environment:{environment.name}" for r in environment.access.github],
        GITLAB: [f"project_path:{p}:ref_type:branch:ref:main" for p in environment.access.gitlab],
    }
    statements = []
    for name, allowed in subjects.items():
        if allowed:
            text = _filled(name, environment, root, subjects="-")
            statements.append(json.loads(text.replace('"-"', json.dumps(allowed))))
    nobody = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}  # AWS takes no empty policy
    return json.dumps({"Version": "2012-10-17", "Statement": statements or [nobody]}, separators=(",", ":"))


def boundary_name(prefix: str) -> str:
    """The policy that bounds roles of the platform itself."""
    return f"{prefix}-boundary"


def operator_boundary_name(prefix: str) -> str:
    """The policy that bounds people and CI."""
    return f"{prefix}-operator-boundary"


def ci_role_name(prefix: str) -> str:
    """The role that deploys."""
    return f"{prefix}-ci"


def _filled(name: str, environment: Environment, root: Path | None, **more: str) -> str:
    return fill(
        checkout(root) / FOLDER / name,
        prefix=environment.prefix,
        environment=environment.name,
        account=environment.account,
        region=environment.region,
        partition=environment.partition,
        state_bucket=environment.state_bucket,
        **more,
    )
