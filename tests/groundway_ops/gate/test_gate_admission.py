"""What ops apply to a cluster follows from `environments/` and `policies/kubernetes/`, and says when it cannot."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from groundway.environment import Environment, load, load_all, teams
from groundway.environment.accelerators import RESOURCES
from groundway.errors import InvalidInput
from groundway.tags import KEYS, CostTags
from groundway_ops.gate import tenancy
from groundway_ops.gate.admission import admission, manifests, parameters, policies
from infra.pull_through import REGISTRIES

ROOT = Path(__file__).parents[3]
DEV, PROD = load("dev", ROOT), load("prod", ROOT)
TEAMS = teams(ROOT)
assert TEAMS


def lines(environment: Environment, key: str) -> list[str]:
    found: list[str] = parameters(environment)["data"][key].split("\n")
    return found


def changed(environment: Environment, **parts: object) -> Environment:
    """The environment with members of its parts changed, as `budget={"teams": {}}`."""
    data = environment.model_dump(mode="json", by_alias=True)
    for part, members in parts.items():
        data[part] = {**data[part], **members} if isinstance(members, dict) else members
    return Environment.model_validate_json(json.dumps(data))


def test_images_are_those_of_the_environment_and_its_cache() -> None:
    host = "333333333333.dkr.ecr.eu-west-1.amazonaws.com"
    assert lines(PROD, "images") == [f"{host}/{r}/" for r in ("groundway-prod", "ecr-public", "kubernetes", "quay")]
    assert set(PROD.images.upstreams) <= REGISTRIES.keys()
    assert len(lines(changed(PROD, images={"upstreams": []}), "images")) == 1


def test_china_has_registries_of_its_own() -> None:
    assert lines(changed(DEV, region="cn-north-1"), "images")[0].startswith(
        "111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/"
    )


def test_accelerators_are_named_as_the_nodes_name_them() -> None:
    assert all(any(r.startswith(p) for p in lines(DEV, "accelerators")) for r in RESOURCES.values())


def test_a_pod_may_have_what_the_largest_node_has() -> None:
    assert lines(PROD, "gpus-per-pod") == ["nvidia.com/gpu=8", "aws.amazon.com/neuron=1"]
    assert lines(DEV, "gpus-per-pod") == ["nvidia.com/gpu=1"]


def test_a_team_may_have_its_part_of_all_accelerators() -> None:
    assert tenancy.accelerators(PROD) == {"nvidia.com/gpu": 8 + 1 + 8 + 16 + 10, "aws.amazon.com/neuron": 4}
    assert lines(PROD, "gpus-per-team") == [
        "demand/nvidia.com/gpu=18",  # 12,000 of 30,000 USD: 17.2 of 43
        "demand/aws.amazon.com/neuron=2",
        "ml-platform/nvidia.com/gpu=26",
        "ml-platform/aws.amazon.com/neuron=3",
    ]


def test_the_team_of_the_platform_has_what_is_left_of_the_budget() -> None:
    assert tenancy.per_team(changed(PROD, budget={"teams": {}}), "ml-platform")["nvidia.com/gpu"] == 43
    unnamed = changed(PROD, budget={"teams": {"demand": 15000}})
    assert tenancy.teams(unnamed) == ["demand", "ml-platform"]
    assert tenancy.per_team(unnamed, "ml-platform")["nvidia.com/gpu"] == 22


def test_without_pools_nobody_has_accelerators() -> None:
    assert lines(DEV.model_copy(update={"gpu_pools": {}}), "gpus-per-pod") == [""]


def test_shells_are_denied_where_the_environment_is_protected() -> None:
    assert lines(DEV, "shells") == ["allowed"]
    assert lines(PROD, "shells") == ["denied"]


def test_namespaces_of_add_ons_are_known_where_the_add_on_is() -> None:
    addons = {**DEV.cluster.model_dump()["addons"], "aws-mountpoint-s3-csi-driver": None}
    assert "mount-s3=" not in lines(DEV, "namespaces")
    assert "mount-s3=" in lines(changed(DEV, cluster={"addons": addons}), "namespaces")


def test_karpenter_has_an_identity_where_it_runs() -> None:
    assert "kube-system/karpenter" in lines(DEV, "identities")
    assert "kube-system/karpenter" not in lines(changed(DEV, cluster={"karpenter": False}), "identities")


def test_two_teams_do_not_share_a_namespace() -> None:
    two = changed(DEV, budget={"teams": {"data.science": 1, "Data-Science": 1}})
    with pytest.raises(
        InvalidInput, match=r"budget\.teams: .* would share the namespace team-data-science; rename one"
    ):
        manifests(two, ROOT)


@pytest.mark.parametrize("environment", load_all(ROOT).values(), ids=lambda e: e.name)
def test_every_team_has_a_namespace_with_its_labels_and_quota(environment: Environment) -> None:
    found = manifests(environment, ROOT)
    quotas = {m["metadata"]["namespace"]: m for m in found if m["kind"] == "ResourceQuota"}
    spaces = {m["metadata"]["name"]: m for m in found if m["kind"] == "Namespace"}
    assert spaces.keys() - quotas.keys() == {tenancy.POLICIES}
    for team in tenancy.teams(environment):
        name = f"team-{team}"
        labels = spaces[name]["metadata"]["labels"]
        assert labels["groundway.dev/team"] == team
        own = CostTags(**{key: labels[f"groundway.dev/{key}"] for key in KEYS})
        assert TEAMS.wrong(own) == []
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
        hard = quotas[name]["spec"]["hard"]
        assert hard["services.nodeports"] == "0"
        for resource, count in tenancy.per_team(environment, team).items():
            assert hard[f"requests.{resource}"] == str(count)


def test_cost_centers_are_those_of_the_teams_that_share_the_cluster(tmp_path: Path) -> None:
    assert lines(DEV, "cost-centers") == ["cc-1001", "cc-2001"]
    assert lines(PROD, "cost-centers") == ["cc-1003", "cc-2001"]
    assert lines(changed(DEV, budget={"teams": {}}), "cost-centers") == ["cc-1001"]
    (tmp_path / "environments").mkdir()  # where nobody says what a team's is, the platform's
    assert parameters(DEV, tmp_path)["data"]["cost-centers"] == "cc-1001"


def test_things_come_in_the_order_that_they_need_each_other() -> None:
    kinds = [m["kind"] for m in manifests(DEV, ROOT)]
    first = {kind: kinds.index(kind) for kind in kinds}
    assert kinds[:3] == ["Namespace", "ConfigMap", "Namespace"]  # a new namespace is held to the new parameters
    assert first["ConfigMap"] < first["ValidatingAdmissionPolicy"] < first["ValidatingAdmissionPolicyBinding"]
    assert (
        max(i for i, kind in enumerate(kinds) if kind == "ValidatingAdmissionPolicy")
        < first["ValidatingAdmissionPolicyBinding"]
    )


def test_to_observe_is_to_deny_nothing() -> None:
    for observe, expected in ((True, ["Warn", "Audit"]), (False, ["Deny", "Audit"])):
        found = manifests(DEV, ROOT, observe=observe)
        actions = [m["spec"]["validationActions"] for m in found if m["kind"].endswith("Binding")]
        assert actions == [expected] * len(policies(ROOT))


def test_the_command_prints_what_kubectl_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    expected = manifests(DEV, ROOT)
    text = CliRunner().invoke(admission, ["dev"])
    assert text.exit_code == 0
    assert list(yaml.safe_load_all(text.output)) == expected
    assert "  teams: |-\n    demand\n    ml-platform\n" in text.output
    as_json = CliRunner().invoke(admission, ["dev", "--json"])
    assert json.loads(as_json.output) == {"apiVersion": "v1", "kind": "List", "items": expected}
    assert "Example: groundway admission dev" in CliRunner().invoke(admission, ["--help"]).output


def test_an_unknown_environment_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(admission, ["prd"])
    assert result.exit_code == 2
    assert "did you mean prod?" in result.output


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "environments").mkdir()
    shutil.copytree(ROOT / "policies" / "kubernetes", tmp_path / "policies" / "kubernetes")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: ValidatingAdmissionPolicyBinding", "kind: Binding", "write one ValidatingAdmissionPolicy, then its"),
        ("policyName: no-shells", "policyName: other", "spec.policyName of the binding is 'other'; write 'no-shells'"),
        ("kind: ValidatingAdmissionPolicy\n", "kind: [\n", r"no-shells.yaml:\d+: this is not YAML"),
        ("metadata:\n", "meta:\n", "has no kind or metadata"),
        (
            "groundway.dev/why",
            "groundway.dev/because",
            "a reviewer is not told policies.groundway.dev/why; write it in",
        ),
    ],
)
def test_a_file_that_is_no_policy_says_so(checkout: Path, old: str, new: str, message: str) -> None:
    file = checkout / "policies" / "kubernetes" / "no-shells.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(InvalidInput, match=message) as e:
        policies(checkout)
    assert "no-shells.yaml" in str(e.value)


def test_no_policies_at_all_is_an_error(checkout: Path) -> None:
    for file in (checkout / "policies" / "kubernetes").glob("*.yaml"):
        file.unlink()
    with pytest.raises(InvalidInput, match="holds no policies"):
        policies(checkout)
