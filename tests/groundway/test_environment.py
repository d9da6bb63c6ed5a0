"""Environments: what the three files say, and that a mistake in any of them is one error that tells how to mend it."""

import ipaddress
import json
import shutil
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from groundway.commands.env import env
from groundway.environment import Environment, Network, load, load_all
from groundway.errors import InvalidInput

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(CHECKOUT / "environments", tmp_path / "environments")
    return tmp_path


def edit(root: Path, old: str, new: str, name: str = "dev") -> tuple[Path, int]:
    """Replace `old`, which must be there once; returns the file and the line on which `new` begins."""
    file = root / "environments" / name / "environment.yaml"
    text = file.read_text()
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new))
    return file, text[: text.index(old)].count("\n") + 1


def refused(root: Path) -> str:
    with pytest.raises(InvalidInput) as error:
        load("prod", root)  # whichever is loaded, all are checked
    return error.value.message


def test_the_three_environments_are_what_they_should_be() -> None:
    environments = load_all(CHECKOUT)
    dev, staging, prod = (environments[n] for n in ("dev", "staging", "prod"))
    assert [e.account for e in (dev, staging, prod)] == ["111111111111", "222222222222", "333333333333"]
    assert {e.region for e in environments.values()} == {"eu-west-1"}
    for a, b in combinations(environments.values(), 2):
        assert not ipaddress.ip_network(a.network.cidr).overlaps(ipaddress.ip_network(b.network.cidr))
    assert dev.budget.monthly_usd < staging.budget.monthly_usd < prod.budget.monthly_usd
    assert isinstance(dev.budget.monthly_usd, Decimal)
    assert (dev.protection, staging.protection, prod.protection) == (False, True, True)
    assert (dev.network.nat, prod.network.nat, prod.network.zones) == ("single", "per_zone", 3)
    assert all(pool.min == 0 for e in environments.values() for pool in e.gpu_pools.values())
    assert prod.online_table.deletion_protection
    assert not dev.online_table.deletion_protection


def test_cost_tags_come_from_the_environment() -> None:
    assert load("dev", CHECKOUT).cost_tags.aws() == {
        "team": "ml-platform",
        "project": "groundway",
        "model": "shared",
        "environment": "dev",
        "cost-center": "cc-1001",
        "owner": "ml-platform",
        "run": "standing",
    }


def test_an_environment_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load("dev", CHECKOUT).protection = True  # type: ignore[misc]  # that is the point


def test_what_is_left_out_has_a_default(root: Path) -> None:
    edit(root, "logs:\n  retention_days: 7\n", "")
    edit(root, "  max: 1\n    capacity: spot", "  max: 1")
    dev = load("dev", root)
    assert dev.logs.retention_days == 30
    assert dev.gpu_pools["a10g"].capacity == "on_demand"
    assert dev.gpu_pools["a10g"].disk_gb == 200


# what is changed in dev's file -> the key that the error names, and what else it must say
MISTAKES = {
    "unknown key": ("  nat: single", "  natt: single", "network.natt", ["'single'", "did you mean 'nat'?"]),
    "unknown key on top": ("budget:\n", "budgte:\n", "budgte", ["unknown key", "did you mean 'budget'?"]),
    "unknown key with a hyphen": (
        "  cost-center: cc-1001",
        "  cost-centre: cc-1001",
        "tags.cost-centre",
        ["'cc-1001'", "did you mean 'cost-center'?"],
    ),
    "unknown key of a pool": ("    disk_gb: 50", "    disc_gb: 50", "cpu_pools.general.disc_gb", ["50", "'disk_gb'"]),
    "wrong type": ("  zones: 2", "  zones: two", "network.zones", ["'two'", "integer"]),
    "number for text": ('  version: "1.35"', "  version: 1.35", "cluster.version", ["1.35", "'1.35'"]),
    "text for truth": ("protection: false", 'protection: "false"', "protection", ["'false'", "boolean"]),
    "unknown choice": ("  nat: single", "  nat: singel", "network.nat", ["'singel'", "did you mean 'single'?"]),
    "retention": ("  retention_days: 7", "  retention_days: 8", "logs.retention_days", ["8", "7, 14, 30"]),
    "short account": ('"111111111111"', '"11111111111"', "account", ["'11111111111'", "12 digits"]),
    "unquoted account": ('"111111111111"', "111111111111", "account", ["is a number", "in quotes"]),
    "unknown accelerator": (
        "[g5.xlarge, g5.2xlarge]",
        "[g5.xxlarge]",
        "gpu_pools.a10g.instance_types.0",
        ["'g5.xxlarge'", "near it: g5.xlarge"],
    ),
    "cpu type in a gpu pool": (
        "[g5.xlarge, g5.2xlarge]",
        "[m7i.large]",
        "gpu_pools.a10g.instance_types.0",
        ["'m7i.large'", "not a known instance type with accelerators"],
    ),
    "gpu type in a cpu pool": (
        "[m7i.large, m7a.large]",
        "[g5.xlarge]",
        "cpu_pools.general.instance_types.0",
        ["'g5.xlarge'", "belongs in gpu_pools"],
    ),
    "accelerators mixed": (
        "[g5.xlarge, g5.2xlarge]",
        "[g5.xlarge, g6.xlarge]",
        "gpu_pools.a10g",
        ["g5.xlarge, g6.xlarge", "make a pool each"],
    ),
    "architectures mixed": (
        "[m7i.large, m7a.large]",
        "[m7i.large, m7g.large]",
        "cpu_pools.general",
        ["m7i.large, m7g.large", "make two pools"],
    ),
    "min above max": ("    max: 3", "    max: 0", "cpu_pools.general.max", ["0", "greater than or equal to 1"]),
    "desired above max": ("    desired: 1", "    desired: 9", "cpu_pools.general", ["desired 9 <= max 3"]),
    "gpu pool that never sleeps": (
        "    max: 1\n",
        "    max: 1\n    min: 1\n    desired: 1\n",
        "gpu_pools.a10g",
        ["min 1"],
    ),
    "bits beside the prefix": ("10.10.0.0/16", "10.10.0.1/16", "network.cidr", ["'10.10.0.1/16'", "host bits"]),
    "too small a network": ("10.10.0.0/16", "10.10.0.0/24", "network", ["10.10.0.0/24", "/16 to /22"]),
    "public addresses": ("10.10.0.0/16", "8.8.0.0/16", "network", ["8.8.0.0/16", "public address space"]),
    "bad tag": ("  owner: ml-platform", "  owner: ml platform!", "tags.owner", ["'ml platform!'"]),
    "bad e-mail": ("ml-platform-dev@example.com", "nobody", "alerts.emails.0", ["'nobody'"]),
    "missing": ("  monthly_usd: 600\n", "", "budget.monthly_usd", ["missing"]),
    "nothing to spend": ("monthly_usd: 600", "monthly_usd: 0", "budget.monthly_usd", ["greater than 0"]),
    "a date": ("cc-1001", "2026-11-22", "tags.cost-center", ["timestamp", "quotes"]),
    "another's name": ("name: dev", "name: devv", "name", ["'devv'", "write name: dev"]),
    "same pool twice": ("  a10g:", "  general:", "the file", ["general", "in cpu_pools and in gpu_pools"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_file_line_key_value_and_remedy(mistake: str, root: Path) -> None:
    old, new, key, said = MISTAKES[mistake]
    file, line = edit(root, old, new)
    message = refused(root)
    assert "\n" not in message
    where, _, rest = message.partition(f" {key}:" if f" {key}:" in message else f" {key} ")
    assert where.startswith(f"{file}:")
    assert rest
    for words in said:
        assert words in message, message
    if key not in ("network", "the file", "cpu_pools.general", "gpu_pools.a10g", "budget.monthly_usd"):
        assert where == f"{file}:{line}:"  # of what is around a missing key or a clash, the line is enough


def test_the_line_is_that_of_the_key_in_a_longer_file(root: Path) -> None:
    file, line = edit(root, "    max: 2\n    disk_gb: 1000", "    maxx: 2\n    disk_gb: 1000", name="prod")
    assert f"{file}:{line}: gpu_pools.h100.maxx: unknown key (value 2); did you mean 'max'?" in refused(root)


def test_overlapping_networks_name_both_and_a_free_one(root: Path) -> None:
    _, line = edit(root, "10.20.0.0/16", "10.10.128.0/17", name="staging")
    message = refused(root)
    assert f"staging/environment.yaml:{line}: network.cidr: '10.10.128.0/17' overlaps 10.10.0.0/16 of dev" in message
    free = ipaddress.ip_network(message.rpartition("; ")[2].removesuffix(" is free"))
    assert not free.overlaps(ipaddress.ip_network("10.10.0.0/16"))


def test_all_mistakes_are_told_at_once(root: Path) -> None:
    edit(root, "  nat: single", "  nat: twin")
    edit(root, "protection: false", "protection: no!")
    edit(root, "  zones: 3", "  zones: 9", name="staging")
    lines = refused(root).splitlines()
    assert len(lines) == 3
    assert "nat" in lines[0]
    assert "protection" in lines[1]
    assert "staging" in lines[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: dev\nname: dev\n", ":2: name is there twice, first on line 1"),
        ("tags:\n  team: a\n  team: b\n", ":3: tags.team is there twice, first on line 2"),
        ("name: [dev\n", "this is not YAML"),
        ("a: &a\n  b: *a\n", "contains itself"),
        ("? [1]\n: 2\n", "a key must be plain text"),
        ("x: &x {a: 1}\ny:\n  <<: *x\n", "a key must be plain text"),
        ("- 1\n", "the file"),
        ("", "missing"),
        ("account: .nan\n", "nan"),
        ("a: !!python/object:os.system x\n", ":1: a is a os.system"),
    ],
)
def test_a_file_that_cannot_be_read(text: str, said: str, root: Path) -> None:
    (root / "environments/dev/environment.yaml").write_text(text)
    message = refused(root)
    assert "dev/environment.yaml" in message
    assert said in message


def test_a_file_that_is_not_text(root: Path) -> None:
    (root / "environments/dev/environment.yaml").write_bytes(b"\xff\xfe\x00")
    assert "cannot read" in refused(root)


def test_an_unknown_environment_names_the_nearest() -> None:
    with pytest.raises(InvalidInput, match=r"no environment 'prodd'; did you mean prod\?"):
        load("prodd", CHECKOUT)


def test_outside_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no environments/"):
        load_all(tmp_path)


@given(prefix=st.integers(16, 22), zones=st.integers(2, 3), block=st.integers(0, 63))
def test_subnets_fit_and_do_not_overlap(prefix: int, zones: int, block: int) -> None:
    base = ipaddress.IPv4Network("10.0.0.0/8")
    cidr = next(n for i, n in enumerate(base.subnets(new_prefix=prefix)) if i == block)
    network = Network(cidr=str(cidr), zones=zones)
    subnets = [ipaddress.IPv4Network(s) for s in (*network.private_subnets, *network.public_subnets)]
    assert len(subnets) == 2 * zones
    assert all(s.subnet_of(cidr) and s.prefixlen <= 28 for s in subnets)
    assert not any(a.overlaps(b) for a, b in combinations(subnets, 2))


@pytest.mark.parametrize(
    ("instance_type", "architecture"),
    [("m7g.large", "arm64"), ("c7gn.xlarge", "arm64"), ("m7i.large", "x86_64"), ("t3.micro", "x86_64")],
)
def test_architecture_follows_from_the_instance_type(instance_type: str, architecture: str, root: Path) -> None:
    edit(root, "[m7i.large, m7a.large]", f"[{instance_type}]")
    assert load("dev", root).cpu_pools["general"].architecture == architecture


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
)
def test_the_partition_follows_from_the_region(region: str, partition: str, root: Path) -> None:
    edit(root, "eu-west-1", region)
    assert load("dev", root).partition == partition


def test_show_list_and_check(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.chdir(root / "environments")  # the checkout is found from below, too
    shown = CliRunner().invoke(env, ["show", "dev", "--json"])
    assert shown.exit_code == 0
    data = json.loads(shown.stdout)
    derived = {key: data.pop(key) for key in ("cost_tags", "subnets", "accelerators", "defaults")}
    assert Environment.model_validate_json(json.dumps(data)) == load("dev", root)
    assert derived["accelerators"] == {"a10g": "1 x a10g, 24 GiB each"}
    assert "10.10.0.0/18" in CliRunner().invoke(env, ["show", "dev"]).stdout
    assert [e["name"] for e in json.loads(CliRunner().invoke(env, ["list", "--json"]).stdout)] == [
        "dev",
        "prod",
        "staging",
    ]
    assert CliRunner().invoke(env, ["check"]).exit_code == 0
    edit(root, "  nat: single", "  nat: twin")
    checked = CliRunner().invoke(env, ["check"])
    assert checked.exit_code == 2
    assert "network.nat" in checked.output
