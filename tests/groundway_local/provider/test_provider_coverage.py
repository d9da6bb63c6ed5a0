"""What is said about coverage is what the provider does, and the page in the docs says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from groundway_local.commands import local
from groundway_local.emulator import recorded
from groundway_local.provider import coverage, schema
from groundway_local.provider.data_sources import DATA_SOURCES, DataSource
from groundway_local.provider.resources import registry
from groundway_local.provider.routes import Routes
from groundway_local.provider.session import Models
from groundway_local.provider.spec import Op, Spec, Step

PAGE = Path(__file__).parents[3] / "docs" / "local-cloud-coverage.md"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def run(*arguments: str) -> Any:
    return CliRunner().invoke(local, ["coverage", *arguments])


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text() == run("--markdown").stdout, "run: groundway local coverage --markdown > " + PAGE.name


def test_every_type_is_there_once() -> None:
    told = json.loads(run("--json").stdout)["types"]
    assert [t["type"] for t in told] == [*sorted(registry()), *sorted(DATA_SOURCES)]
    for t in told:
        assert t["attributes"] == t["carried"] + len(t["refused"])


def test_one_type_names_what_it_refuses() -> None:
    shown = run("--type", "aws_launch_template").stdout
    assert "refused: network_interfaces.ipv4_address_count" in shown
    assert "aws_vpc" not in shown
    unknown = run("--type", "aws_no_such_thing")
    assert unknown.exit_code == 2
    assert "aws_no_such_thing" in unknown.stderr


def test_carried_and_refused_follow_from_the_routes() -> None:
    catalog = schema.load(["aws_eks_node_group"], [])
    minimal = Spec("eks", "Nodegroup", Op("create_nodegroup", attrs=("cluster_name", "taint")), id="{cluster_name}")
    found = coverage.of_resource("aws_eks_node_group", minimal, catalog, Models())
    assert {"cluster_name", "taint.key", "taint.effect", "tags"} <= set(found.carried)
    assert {"labels", "scaling_config.max_size"} <= set(found.refused)
    assert not set(found.carried) & set(found.refused)
    step = Step(("scaling_config",), lambda _api, _prior, _planned: None)
    more = Spec("eks", "Nodegroup", minimal.create, id="{cluster_name}", update=(step,))
    assert "scaling_config.max_size" in coverage.of_resource("aws_eks_node_group", more, catalog, Models()).carried


def test_a_member_that_the_api_lacks_is_refused_in_a_block_too() -> None:
    catalog = schema.load(["aws_launch_template"], [])
    spec = registry()["aws_launch_template"]
    routes = Routes(spec, catalog.resources["aws_launch_template"], Models())
    paths = set(coverage.carried_paths(routes))
    assert "network_interfaces.associate_public_ip_address" in paths
    assert "network_interfaces.ipv4_address_count" not in paths


def test_what_a_data_source_does_not_look_at_is_refused() -> None:
    block = {"attributes": {"a": {"type": "string", "optional": True}, "b": {"type": "string", "required": True}}}
    found = coverage.of_data("aws_x", DataSource(lambda _session, _config: {}, ("a",)), block)
    assert (found.carried, found.refused) == (("a",), ("b",))


def test_recorded_types_are_of_recorded_services_and_no_others() -> None:
    services = {s.name for s in recorded.tables()}
    said = {name: spec for name, spec in registry().items() if spec.support == "recorded"}
    assert said
    for name, spec in said.items():
        assert spec.service in services, name
    for table in recorded.tables():
        creates = {r.create for r in table.records}
        for name, spec in registry().items():
            if spec.service == table.name and _operation(spec) in creates:
                assert spec.support == "recorded", f"{name} is recorded and says that it is {spec.support}"


def _operation(spec: Spec) -> str:
    from moto.core.utils import get_service_model

    model = get_service_model(spec.service)
    from botocore import xform_name

    return {xform_name(n): n for n in model.operation_names}.get(spec.create.name, "")
