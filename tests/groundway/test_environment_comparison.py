"""`env diff` and `env show`: what differs between two environments, and what is only there by default."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from groundway.commands.env import env
from groundway.environment import Environment, load
from groundway.environment.comparison import ABSENT, Difference, compare, defaulted

DEV: dict[str, Any] = {
    "name": "dev",
    "account": "111111111111",
    "region": "eu-west-1",
    "tags": {"team": "platform", "project": "groundway", "cost-center": "cc-1", "owner": "platform"},
    "state_bucket": "dev-state",
    "network": {"cidr": "10.10.0.0/16"},
    "cpu_pools": {"general": {"instance_types": ["m7i.large"], "max": 3}},
    "alerts": {"emails": ["a@example.com"]},
    "budget": {"monthly_usd": 600},
}
OTHER = {"name": "twin", "account": "999999999999", "state_bucket": "twin-state", "network": {"cidr": "10.99.0.0/16"}}


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two environments, `dev` and `twin`, that differ in what must not be the same."""
    write(tmp_path, "dev", DEV)
    write(tmp_path, "twin", DEV | OTHER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, name: str, data: dict[str, Any]) -> None:
    file = root / "environments" / name / "environment.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(data))


def change(root: Path, name: str, **parts: dict[str, Any]) -> None:
    """Set keys of an environment's parts: `change(root, "twin", network={"zones": 3})`."""
    data = yaml.safe_load((root / "environments" / name / "environment.yaml").read_text())
    for part, values in parts.items():
        data[part] = data.get(part, {}) | values
    write(root, name, data)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(env, arguments)


MUST_DIFFER = ["name", "account", "state_bucket", "network.cidr"]


def test_what_must_differ_differs_and_nothing_else() -> None:
    assert [".".join(d.key) for d in compare(load("dev"), load("twin"))] == MUST_DIFFER
    assert compare(load("dev"), load("dev")) == []


def test_a_value_and_a_list_are_one_difference_each(root: Path) -> None:
    change(root, "twin", network={"zones": 3}, alerts={"emails": ["a@example.com", "b@example.com"]})
    found = {d.key: (d.change, d.a, d.b) for d in compare(load("dev"), load("twin"))}
    assert found["network", "zones"] == ("changed", 2, 3)
    assert found["alerts", "emails"] == ("changed", ["a@example.com"], ["a@example.com", "b@example.com"])
    assert len(found) == len(MUST_DIFFER) + 2


def test_a_default_is_no_difference_to_the_same_value_written_out(root: Path) -> None:
    default = load("dev").images.keep
    change(root, "twin", images={"keep": default})
    assert [".".join(d.key) for d in compare(load("dev"), load("twin"))] == MUST_DIFFER
    change(root, "twin", images={"keep": default + 1})
    assert Difference(("images", "keep"), default, default + 1) in compare(load("dev"), load("twin"))


def test_the_order_is_that_of_the_model(root: Path) -> None:
    change(root, "twin", images={"keep": 77}, network={"flow_logs": False}, budget={"monthly_usd": 1.5})
    keys = [d.key[0] for d in compare(load("dev"), load("twin"))]
    model = list(Environment.model_fields)
    assert keys == sorted(keys, key=model.index)
    assert Difference(("budget", "monthly_usd"), 600, 1.5) in compare(load("dev"), load("twin"))


def test_a_pool_that_only_one_has_is_a_block(root: Path) -> None:
    change(root, "twin", gpu_pools={"l4": {"instance_types": ["g6.xlarge"], "max": 4}})
    [pool] = [d for d in compare(load("dev"), load("twin")) if d.key == ("gpu_pools", "l4")]
    assert (pool.change, pool.a, pool.b["max"], pool.b["min"]) == ("added", ABSENT, 4, 0)
    [gone] = [d for d in compare(load("twin"), load("dev")) if d.key == ("gpu_pools", "l4")]
    assert (gone.change, gone.a, gone.b) == ("removed", pool.b, ABSENT)
    there = run("diff", "dev", "twin").stdout.splitlines()
    start = there.index("+ gpu_pools.l4:  # only in twin")
    assert "+   instance_types: [g6.xlarge]" in there[start:]
    assert "- gpu_pools.l4:  # only in twin" in run("diff", "twin", "dev").stdout.splitlines()


def test_the_table_has_a_column_for_each(root: Path) -> None:
    lines = run("diff", "dev", "twin").stdout.splitlines()
    assert lines[0].split() == ["dev", "twin"]
    [row] = [line for line in lines if line.startswith("network.cidr")]
    assert row.split() == ["network.cidr", "10.10.0.0/16", "10.99.0.0/16"]
    assert row.index("10.99") == lines[0].index("twin")


def test_to_differ_is_no_error_unless_asked() -> None:
    assert run("diff", "dev", "twin").exit_code == 0
    assert run("diff", "dev", "twin", "--exit-code").exit_code == 1
    same = run("diff", "dev", "dev", "--exit-code")
    assert (same.exit_code, same.stdout) == (0, "dev and dev do not differ\n")


def test_diff_for_scripts(root: Path) -> None:
    change(root, "twin", gpu_pools={"l4": {"instance_types": ["g6.xlarge"], "max": 4}})
    data = json.loads(run("diff", "dev", "twin", "--json").stdout)
    assert (data["a"], data["b"]) == ("dev", "twin")
    by_key = {d["key"]: d for d in data["differences"]}
    assert by_key["account"] == {"key": "account", "change": "changed", "a": "111111111111", "b": "999999999999"}
    assert by_key["gpu_pools.l4"]["change"] == "added"
    assert "a" not in by_key["gpu_pools.l4"]
    assert json.loads(run("diff", "dev", "dev", "--json").stdout)["differences"] == []


def test_an_unknown_environment_is_named() -> None:
    result = run("diff", "dev", "twinn")
    assert result.exit_code == 2
    assert "no environment 'twinn'; did you mean twin?" in result.output


def test_show_marks_what_is_default(root: Path) -> None:
    change(root, "dev", network={"nat": "single"})
    lines = run("show", "dev").stdout.splitlines()
    assert "  keep: 30  # default" in lines
    assert "  nat: single" in lines  # the default too, but written out
    change(root, "dev", images={"keep": 30})
    assert "  keep: 30" in run("show", "dev").stdout.splitlines()


def test_show_is_an_environment_file() -> None:
    """What is shown, defaults and comments included, can be written into a file and is the same environment."""
    shown = run("show", "dev").stdout.partition("# what follows from it")[0]
    assert Environment.model_validate_json(json.dumps(yaml.safe_load(shown))) == load("dev")


def test_show_for_scripts_names_the_defaults(root: Path) -> None:
    change(root, "dev", gpu_pools={"l4": {"instance_types": ["g6.xlarge"], "max": 4}})
    defaults = json.loads(run("show", "dev", "--json").stdout)["defaults"]
    assert {"images.keep", "gpu_pools.l4.min"} <= set(defaults)
    assert not {"gpu_pools.l4.max", "gpu_pools.l4", "name"} & set(defaults)
    assert defaults == [".".join(key) for key in defaulted(load("dev"))]
