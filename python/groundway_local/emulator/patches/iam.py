"""IAM: the sizes that AWS allows for policies, and boundaries that must exist. moto takes everything."""

import re
from collections.abc import Callable

from moto.core.responses import ActionResult
from moto.iam.exceptions import LimitExceededException, NotFoundException
from moto.iam.responses import IamResponse

MANAGED, INLINE, TRUST = 6144, 10240, 2048  # characters; AWS counts no white space

Operation = Callable[[IamResponse], ActionResult]
Check = Callable[[IamResponse], None]


def size(document: str | None) -> int:
    """The characters of a policy as AWS counts them."""
    return len(re.sub(r"\s", "", document or ""))


def managed(response: IamResponse) -> None:
    if size(response._get_param("PolicyDocument")) > MANAGED:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {MANAGED}")


def inline(response: IamResponse) -> None:
    """All inline policies of a role together."""
    role, name = response._get_param("RoleName"), response._get_param("PolicyName")
    others = [document for n, document in response.backend.get_role(role).policies.items() if n != name]
    if sum(map(size, [*others, response._get_param("PolicyDocument")])) > INLINE:
        raise LimitExceededException(f"Maximum policy size of {INLINE} bytes exceeded for role {role}")


def trust(response: IamResponse) -> None:
    document = response._get_param("AssumeRolePolicyDocument") or response._get_param("PolicyDocument")
    if size(document) > TRUST:
        raise LimitExceededException(f"Cannot exceed quota for ACLSizePerRole: {TRUST}")


def boundary(response: IamResponse) -> None:
    arn = response._get_param("PermissionsBoundary")
    if arn and arn not in {p.arn for p in response.backend.managed_policies.values()}:
        raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")


CHECKS: dict[str, tuple[Check, ...]] = {
    "create_policy": (managed,),
    "create_policy_version": (managed,),
    "create_role": (trust, boundary),
    "put_role_permissions_boundary": (boundary,),
    "put_role_policy": (inline,),
    "update_assume_role_policy": (trust,),
}


def _checked(operation: Operation, checks: tuple[Check, ...]) -> Operation:
    """`operation`, once `checks` let the request pass."""

    def checked(self: IamResponse) -> ActionResult:
        for check in checks:
            check(self)
        return operation(self)

    return checked


def apply() -> None:
    for name, checks in CHECKS.items():
        setattr(IamResponse, name, _checked(getattr(IamResponse, name), checks))
