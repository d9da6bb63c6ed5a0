"""The local cloud knows every type that any stack uses, and carries out every attribute that a stack sets on it."""

from __future__ import annotations

from typing import Any

import pytest
from synthesis import Synthesized

from groundway_local.provider import schema
from groundway_local.provider.data_sources import DATA_SOURCES
from groundway_local.provider.planning import with_defaults
from groundway_local.provider.resources import registry
from groundway_local.provider.routes import Routes
from groundway_local.provider.session import Models
from groundway_local.provider.validate import data_problems, problems
from groundway_local.provider.values import UNKNOWN, Block, State, empty, members

META = ("//", "count", "depends_on", "for_each", "lifecycle", "provider", "connection", "provisioner")
FOREIGN = ("terraform_remote_state",)  # Terraform's own


def configured(block: Block, arguments: dict[str, Any]) -> State:
    """The arguments of a synthesized block as a provider gets them: blocks in lists, references unknown."""
    out = empty(block)
    for name, value in arguments.items():
        if name in META:
            continue
        assert name in members(block), f"the schema has no {name}"
        nested = block.get("block_types", {}).get(name)
        if nested is None or isinstance(value, str):
            out[name] = known(value)
        elif nested["nesting_mode"] == "single":
            out[name] = configured(nested["block"], value)
        else:
            out[name] = [configured(nested["block"], v) for v in (value if isinstance(value, list) else [value])]
    return out


def known(value: Any) -> Any:
    """A value with every reference unknown."""
    if isinstance(value, dict):
        return {k: known(v) for k, v in value.items()}
    if isinstance(value, list):
        return [known(v) for v in value]
    return UNKNOWN if isinstance(value, str) and "${" in value else value


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """(type, arguments) -> what the local cloud's provider finds wrong with them."""
    specs, models = registry(), Models()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        catalog = schema.load(list(specs), list(DATA_SOURCES))

    def found(type_name: str, arguments: dict[str, Any]) -> list[str]:
        block = with_defaults(catalog.resources[type_name], specs[type_name])
        routes = Routes(specs[type_name], block, models)
        return [str(p) for p in problems(type_name, routes, configured(block, arguments))]

    return found


def data(synthesized: Synthesized) -> list[tuple[str, str, dict[str, Any]]]:
    """(stack, type, arguments) of every data source."""
    return [
        (stack, kind, arguments)
        for stack, content in synthesized.stacks.items()
        for kind, named in content.get("data", {}).items()
        for arguments in named.values()
        if kind not in FOREIGN
    ]


def test_every_type_is_known(synthesized: Synthesized) -> None:
    used = {r.type for r in synthesized.resources()}
    assert used - set(registry()) == set()
    assert {kind for _, kind, _ in data(synthesized)} - set(DATA_SOURCES) == set()


def test_every_attribute_is_carried_and_right(synthesized: Synthesized, check: Any) -> None:
    resources = [r for r in synthesized.resources() if r.type in registry()]
    assert len(resources) > 100
    wrong = {f"{r.stack} {r.type}.{r.name}": check(r.type, r.arguments) for r in resources}
    assert {where: found for where, found in wrong.items() if found} == {}
    for stack, kind, arguments in data(synthesized):
        given = {k: known(v) for k, v in arguments.items() if k not in META}
        assert [str(p) for p in data_problems(kind, DATA_SOURCES[kind], given)] == [], stack


def test_what_is_not_carried_would_be_seen(check: Any) -> None:
    assert "website" in "".join(check("aws_s3_bucket", {"bucket": "b", "website": [{"index_document": "i"}]}))
    nested = {"network_interfaces": [{"ipv4_address_count": 2}]}
    assert "ipv4_address_count" in "".join(check("aws_launch_template", nested))
    assert data_problems("aws_region", DATA_SOURCES["aws_region"], {"endpoint": "x"})
