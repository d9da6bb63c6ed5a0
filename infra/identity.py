"""Roles, and the permission boundary that every one of them carries."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from groundway.environment import policies
from infra import iam
from infra.cdk import Construct, aws
from infra.site import Site

BOUNDARY = Path(__file__).parent.parent / "policies" / "iam" / "boundary.json"


@dataclass(frozen=True, kw_only=True)
class PermissionBoundaryProps:
    site: Site
    template: Path = BOUNDARY


class PermissionBoundary(Construct):
    """The most that any role of the platform can ever do; `policies/iam/boundary.json` is the document."""

    def __init__(self, scope: Construct, id: str, props: PermissionBoundaryProps) -> None:
        super().__init__(scope, id)
        self.policy = aws.iam_policy.IamPolicy(
            self,
            "policy",
            name=policies.boundary_name(props.site.prefix),
            description="The most that a role of the platform can do",
            policy=boundary_document(props),
        )
        self.arn: str = self.policy.arn


def boundary_document(props: PermissionBoundaryProps) -> str:
    """The boundary with its placeholders filled in. An unknown placeholder is a `KeyError`."""
    return policies.fill(props.template, **asdict(props.site))


@dataclass(frozen=True, kw_only=True)
class RoleProps:
    """`trust` and `statements` are policy statements (infra/iam.py); `managed` names AWS managed policies."""

    site: Site
    name: str
    description: str
    trust: Sequence[iam.Statement]
    boundary_arn: str
    statements: Sequence[iam.Statement] = ()
    managed: Sequence[str] = ()
    max_session_hours: int = 1


class Role(Construct):
    """An IAM role inside the boundary. `ready` lists what must be there before the role can do its work."""

    def __init__(self, scope: Construct, id: str, props: RoleProps) -> None:
        super().__init__(scope, id)
        self.role = aws.iam_role.IamRole(
            self,
            "role",
            name=props.name,
            description=props.description,
            assume_role_policy=iam.document(*props.trust),
            permissions_boundary=props.boundary_arn,
            max_session_duration=props.max_session_hours * 3600,
        )
        self.ready = [
            aws.iam_role_policy_attachment.IamRolePolicyAttachment(
                self,
                name.rpartition("/")[2],  # some have a path
                role=self.role.name,
                policy_arn=f"arn:{props.site.partition}:iam::aws:policy/{name}",
            )
            for name in props.managed
        ]
        if props.statements:
            policy = aws.iam_role_policy.IamRolePolicy(
                self, "policy", name=props.name, role=self.role.name, policy=iam.document(*props.statements)
            )
            self.ready.append(policy)
        self.arn: str = self.role.arn
