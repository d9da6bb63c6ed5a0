"""Everything that decides what a role may do: its policies, its boundary, who may take it, policies of resources."""

import json
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from iam_references import ARNS, References
from synthesis import CHECKOUT, Resource, Synthesized

from groundway.environment import Environment, policies

Document = dict[str, Any]
RESOURCE_POLICIES = {  # type: (what it belongs to, the argument that names that, the argument that is the policy)
    "aws_ecr_repository_policy": ("aws_ecr_repository", "repository", "policy"),
    "aws_s3_bucket_policy": ("aws_s3_bucket", "bucket", "policy"),
    "aws_sagemaker_model_package_group_policy": (
        "aws_sagemaker_model_package_group",
        "model_package_group_name",
        "resource_policy",
    ),
    "aws_sns_topic_policy": ("aws_sns_topic", "arn", "policy"),
    "aws_sqs_queue_policy": ("aws_sqs_queue", "queue_url", "policy"),
}


@dataclass(frozen=True)
class Role:
    """`table` is the name of its decision table: its own without the prefix of its environment."""

    environment: Environment
    name: str
    trust: Document
    boundary_arn: str
    inline: Mapping[str, Document]
    attached: Mapping[str, Document] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.name.removeprefix(f"{self.environment.prefix}-")

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.environment.account}:role/{self.name}"


@dataclass(frozen=True)
class Thing:
    """A resource that the stacks make: its tags, and its own policy where it has one."""

    arn: str
    account: str
    tags: Mapping[str, str]
    policy: Document | None = None


class Estate:
    """All roles and resources of all environments."""

    def __init__(self, synthesized: Synthesized, environments: Mapping[str, Environment]) -> None:
        self.environments = environments
        self.roles: list[Role] = []
        self.things: dict[str, Thing] = {}
        self.boundaries: dict[str, Document] = {}
        for environment in environments.values():
            self._add(_Part(synthesized, environment))

    def _add(self, part: "_Part") -> None:
        e = part.environment
        self.roles += [*part.roles(), deployer(e)]
        self.things.update(part.things())
        state_key = json.loads(policies.state_key(e, CHECKOUT))
        key, bucket = f"arn:aws:kms:{e.region}:{e.account}:key/state", f"arn:aws:s3:::{e.state_bucket}"
        self.things[key] = Thing(key, e.account, e.cost_tags.aws(), state_key)
        self.things[bucket] = Thing(bucket, e.account, e.cost_tags.aws())
        iam = f"arn:aws:iam::{e.account}:policy"
        self.boundaries[f"{iam}/{policies.boundary_name(e.prefix)}"] = part.boundary()
        operators = json.loads(policies.operator_boundary(e, CHECKOUT))
        self.boundaries[f"{iam}/{policies.operator_boundary_name(e.prefix)}"] = operators

    def with_role(self, role: Role) -> "Estate":
        """The same, with another role in the place of the one of that name."""
        other = copy(self)
        other.roles = [role if one.arn == role.arn else one for one in self.roles]
        return other

    def role(self, arn: str) -> Role | None:
        return next((role for role in self.roles if role.arn == arn), None)

    def trust(self, arn: str) -> Thing | None:
        """A role as a resource: its own policy says who may take it."""
        role = self.role(arn)
        return Thing(arn, role.environment.account, role.tags, role.trust) if role else None

    def thing(self, arn: str) -> Thing | None:
        """What `arn` is, or lies in: an object in its bucket, a package in its group."""
        group = arn.replace(":model-package/", ":model-package-group/").rpartition("/")[0]
        places = (arn, arn.split("/")[0], group if ":model-package/" in arn else arn)
        return next((self.things[place] for place in places if place in self.things), self.trust(arn))


def deployer(environment: Environment) -> Role:
    """The role of CI, which `groundway bootstrap` makes."""
    boundary = policies.operator_boundary_name(environment.prefix)
    return Role(
        environment=environment,
        name=policies.ci_role_name(environment.prefix),
        trust=json.loads(policies.deployers(environment, CHECKOUT)),
        boundary_arn=f"arn:aws:iam::{environment.account}:policy/{boundary}",
        inline={name: json.loads(text) for name, text in policies.deploying(environment, CHECKOUT).items()},
        tags=environment.cost_tags.aws(),
    )


@cache
def managed() -> dict[str, Any]:
    """AWS's managed policies by name, as the pinned moto has them. AWS may change its own at any time."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    loaded: dict[str, Any] = json.loads(aws_managed_policies_data)
    return loaded


def path(resource: Resource) -> str:
    """Of the construct that made it."""
    return str(resource.arguments["//"]["metadata"]["path"])


class _Part:
    """What the stacks of one environment say."""

    def __init__(self, synthesized: Synthesized, environment: Environment) -> None:
        self.environment = environment
        self._synthesized = synthesized
        self._references = References(synthesized, environment)

    def _of_type(self, type: str) -> list[Resource]:
        return self._synthesized.resources(f"{self.environment.name}-", type)

    def _each(self, type: str) -> Iterator[tuple[Resource, dict[str, Any]]]:
        """Resources of a type, with what their arguments stand for."""
        for one in self._of_type(type):
            yield one, self._references.resolve(one.stack, one.arguments)

    def roles(self) -> Iterator[Role]:
        inline = list(self._each("aws_iam_role_policy"))
        attached = list(self._each("aws_iam_role_policy_attachment"))
        for one, role in self._each("aws_iam_role"):
            arns = [a["policy_arn"] for _, a in attached if a["role"] == role["name"]]
            names = [arn.rpartition("/")[2] for arn in arns]
            yield Role(
                environment=self.environment,
                name=role["name"],
                trust=json.loads(role["assume_role_policy"]),
                boundary_arn=role["permissions_boundary"],
                inline={path(p): json.loads(a["policy"]) for p, a in inline if a["role"] == role["name"]},
                attached={name: managed()[name]["Document"] for name in names},
                tags=self._tags(one),
            )

    def boundary(self) -> Document:
        name = policies.boundary_name(self.environment.prefix)
        [document] = [a["policy"] for _, a in self._each("aws_iam_policy") if a["name"] == name]
        return dict(json.loads(document))

    def things(self) -> dict[str, Thing]:
        own = self._resource_policies()
        return {
            arn: Thing(arn, self.environment.account, self._tags(one), own.get(arn))
            for type in ARNS.keys() - {"aws_iam_role"}
            for one in self._of_type(type)
            for arn in [self._references.arn(one)]
        }

    def _resource_policies(self) -> dict[str, Document]:
        found = {
            self._references.arn(one): json.loads(arguments["policy"]) for one, arguments in self._each("aws_kms_key")
        }
        for type, (of, key, policy) in RESOURCE_POLICIES.items():
            for _, arguments in self._each(type):
                name = arguments[key].rpartition("/")[2].rpartition(":")[2] if key != "repository" else arguments[key]
                shape = {"bucket": name, "name": name, "model_package_group_name": name}
                site = {"region": self.environment.region, "account": self.environment.account}
                found[ARNS[of].format(**shape, **site)] = json.loads(arguments[policy])
        return found

    def _tags(self, resource: Resource) -> dict[str, str]:
        [provider] = self._synthesized.stacks[resource.stack]["provider"]["aws"]
        shared: dict[str, str] = provider["default_tags"][0]["tags"]
        own = resource.arguments.get("tags") or {}
        return {**shared, **(own if isinstance(own, dict) else {})}
