"""Who deploys: the providers of tokens that the account trusts, the boundaries, and the role of CI."""

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from groundway.environment import Environment, policies
from groundway.platform import client
from groundway_ops.bootstrap.step import Json, Step, absent

AUDIENCE = "sts.amazonaws.com"
GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
NONE = "NoSuchEntity"
KEPT_VERSIONS = 5  # AWS keeps no more of a policy


class Deployer:
    """`<prefix>-ci` and what it stands on. None of it can be changed by the role itself."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.iam_arn = f"arn:{environment.partition}:iam::{environment.account}"
        self.role = policies.ci_role_name(environment.prefix)
        self.role_arn = f"{self.iam_arn}:role/{self.role}"
        self.boundary_arn = f"{self.iam_arn}:policy/{policies.operator_boundary_name(environment.prefix)}"
        self.tags = environment.cost_tags.aws_list()

    @cached_property
    def iam(self) -> Any:
        return client("iam", self.environment.region)

    def steps(self) -> Iterator[Step]:
        access = self.environment.access
        for host, wanted in ((GITHUB, access.github), (GITLAB, access.gitlab)):
            if wanted:
                yield self._provider(host)
        operators = policies.operator_boundary(self.environment)
        yield Step(
            f"policy {policies.operator_boundary_name(self.environment.prefix)}",
            lambda: self._policy_differs(self.boundary_arn, operators) or None,
            lambda: self._put_policy(self.boundary_arn, operators),
        )
        yield self._workload_boundary()
        yield Step(f"role {self.role}", lambda: None if self._found() else "not there", self._create_role)
        yield Step(f"role {self.role}: who may take it", self._trusts_others, self._trust)
        yield Step(f"role {self.role}: its boundary", self._unbounded, self._bound)
        yield Step(f"role {self.role}: what it may do", self._may_otherwise, self._allow)

    # tokens

    def _provider(self, host: str) -> Step:
        arn = f"{self.iam_arn}:oidc-provider/{host}"

        def missing() -> str | None:
            found = absent(self.iam.get_open_id_connect_provider, NONE, OpenIDConnectProviderArn=arn)
            if found is None:
                return "not there"
            return None if AUDIENCE in found.get("ClientIDList", []) else f"not for {AUDIENCE}"

        def make() -> None:
            if absent(self.iam.get_open_id_connect_provider, NONE, OpenIDConnectProviderArn=arn):
                self.iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=AUDIENCE)
            else:
                self.iam.create_open_id_connect_provider(Url=f"https://{host}", ClientIDList=[AUDIENCE], Tags=self.tags)

        return Step(f"tokens of {host}", missing, make)

    # boundaries

    def _workload_boundary(self) -> Step:
        """The first deploy makes it. CI may not change it from then on: that is done here, by whoever may."""
        name = policies.boundary_name(self.environment.prefix)
        arn, document = f"{self.iam_arn}:policy/{name}", policies.workload_boundary(self.environment)
        return Step(
            f"policy {name}",
            lambda: self._policy_differs(arn, document) if self._policy(arn) else None,
            lambda: self._put_policy(arn, document),
        )

    def _policy(self, arn: str) -> Json | None:
        found = absent(self.iam.get_policy, NONE, PolicyArn=arn)
        return found["Policy"] if found else None

    def _policy_differs(self, arn: str, document: str) -> str | None:
        policy = self._policy(arn)
        if policy is None:
            return "not there"
        version = self.iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        return None if version["Document"] == json.loads(document) else "differs from policies/iam/"

    def _put_policy(self, arn: str, document: str) -> None:
        if self._policy(arn) is None:
            self.iam.create_policy(PolicyName=arn.rpartition("/")[2], PolicyDocument=document, Tags=self.tags)
            return
        versions = self.iam.list_policy_versions(PolicyArn=arn)["Versions"]
        spare = sorted((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: v["CreateDate"])
        if len(versions) >= KEPT_VERSIONS:
            self.iam.delete_policy_version(PolicyArn=arn, VersionId=spare[0]["VersionId"])
        self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)

    # the role

    def _found(self) -> Json | None:
        found = absent(self.iam.get_role, NONE, RoleName=self.role)
        return found["Role"] if found else None

    def _create_role(self) -> None:
        self.iam.create_role(
            RoleName=self.role,
            Description=f"CI deploys {self.environment.name} with it",
            AssumeRolePolicyDocument=policies.deployers(self.environment),
            PermissionsBoundary=self.boundary_arn,
            MaxSessionDuration=3600,
            Tags=self.tags,
        )

    def _trusts_others(self) -> str | None:
        wanted = json.loads(policies.deployers(self.environment))
        return None if (self._found() or {}).get("AssumeRolePolicyDocument") == wanted else "differs from `access`"

    def _trust(self) -> None:
        document = policies.deployers(self.environment)
        self.iam.update_assume_role_policy(RoleName=self.role, PolicyDocument=document)

    def _unbounded(self) -> str | None:
        boundary = (self._found() or {}).get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return None if boundary == self.boundary_arn else "not the operators'"

    def _bound(self) -> None:
        self.iam.put_role_permissions_boundary(RoleName=self.role, PermissionsBoundary=self.boundary_arn)

    def _may_otherwise(self) -> str | None:
        wanted = {name: json.loads(d) for name, d in policies.deploying(self.environment).items()}
        return None if not self._attached() and self._inline() == wanted else "differs from policies/iam/"

    def _inline(self) -> dict[str, Json]:
        listed = absent(self.iam.list_role_policies, NONE, RoleName=self.role) or {"PolicyNames": []}
        return {
            name: self.iam.get_role_policy(RoleName=self.role, PolicyName=name)["PolicyDocument"]
            for name in listed["PolicyNames"]
        }

    def _attached(self) -> list[str]:
        listed = absent(self.iam.list_attached_role_policies, NONE, RoleName=self.role) or {"AttachedPolicies": []}
        return [policy["PolicyArn"] for policy in listed["AttachedPolicies"]]

    def _allow(self) -> None:
        """What is not ours goes first: the role has room for so much text, and no more."""
        wanted = policies.deploying(self.environment)
        for arn in self._attached():
            self.iam.detach_role_policy(RoleName=self.role, PolicyArn=arn)
        for name in self._inline().keys() - wanted.keys():
            self.iam.delete_role_policy(RoleName=self.role, PolicyName=name)
        for name, document in wanted.items():
            self.iam.put_role_policy(RoleName=self.role, PolicyName=name, PolicyDocument=document)
