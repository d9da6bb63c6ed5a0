"""Who deploys where environment.yaml names GitLab projects: no environment of ours does, and adopters' will."""

import pytest
from iam_roles import Estate, Role, deployer
from iam_simulator import Request, Simulator

PROJECT = "example-org/ml-platform"
PROVIDER = "arn:aws:iam::111111111111:oidc-provider/gitlab.com"
OURS = f"project_path:{PROJECT}:ref_type:branch:ref:main"


@pytest.fixture(scope="module")
def trusting(estate: Estate) -> tuple[Estate, Role]:
    """The estate with dev's CI in the hands of a GitLab project."""
    dev = estate.environments["dev"]
    access = dev.access.model_copy(update={"github": (), "gitlab": (PROJECT,)})
    role = deployer(dev.model_copy(update={"access": access}))
    return estate.with_role(role), role


@pytest.mark.parametrize(
    ("provider", "audience", "subject", "decision"),
    [
        (PROVIDER, "sts.amazonaws.com", OURS, "allow"),
        (PROVIDER, "sts.amazonaws.com", f"project_path:{PROJECT}:ref_type:branch:ref:feature", "deny"),
        (PROVIDER, "sts.amazonaws.com", f"project_path:{PROJECT}:ref_type:tag:ref:main", "deny"),
        (PROVIDER, "sts.amazonaws.com", f"project_path:{PROJECT}-evil:ref_type:branch:ref:main", "deny"),
        (PROVIDER, "sts.amazonaws.com", "project_path:somebody/ml-platform:ref_type:branch:ref:main", "deny"),
        (PROVIDER, "https://gitlab.com", OURS, "deny"),
        (PROVIDER.replace("gitlab.com", "gitlab.example.com"), "sts.amazonaws.com", OURS, "deny"),
        (PROVIDER.replace("111111111111", "999999999999"), "sts.amazonaws.com", OURS, "deny"),
    ],
)
def test_the_main_branch_of_a_named_project_deploys_and_nothing_else(
    provider: str, audience: str, subject: str, decision: str, trusting: tuple[Estate, Role]
) -> None:
    estate, role = trusting
    claims = {"gitlab.com:aud": audience, "gitlab.com:sub": subject}
    request = Request(provider, "sts:AssumeRoleWithWebIdentity", role.arn, claims)
    [judgement] = Simulator(estate).judge([request])
    assert judgement.decision == decision
