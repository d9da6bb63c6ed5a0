"""Plans: every instance counts, before and after; what is unknown is named where a price depends on it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cost_plan import change, configured, write
from cost_resources import CHECKOUT, TODAY, endpoint, node_group

from groundway import environment
from groundway.errors import InvalidInput
from groundway_ops.cost import cost, plans
from groundway_ops.cost.record import Estimate

EIP = Decimal("3.65")  # 0.005 x 730


@pytest.fixture
def planned(tmp_path: Path) -> Any:
    """(before, after) of one plan, in us-east-1 and with the default usage."""
    (tmp_path / "environments" / "dev").mkdir(parents=True)
    dev = environment.load("dev", CHECKOUT).model_copy(update={"region": "us-east-1"})

    def made(*changes: dict[str, Any], **more: Any) -> tuple[Estimate, Estimate]:
        file = write(tmp_path / "dev-part.json", *changes, **more)
        return plans.estimates(plans.read([file], "dev"), dev, root=tmp_path, on=TODAY)

    return made


def addresses(estimate: Estimate) -> list[str]:
    return [line.address for line in estimate.lines]


def test_instances_are_counted_each(planned: Any) -> None:
    before, after = planned(
        change("aws_eip.e[0]", after={}),
        change("aws_eip.e[1]", after={}),
        change('aws_eip.f["a.b"]', after={}),
        change("module.m[0].aws_eip.e", after={}),
    )
    assert addresses(after) == ["aws_eip.e[0]", "aws_eip.e[1]", 'aws_eip.f["a.b"]', "module.m[0].aws_eip.e"]
    assert (before.monthly.expected, after.monthly.expected) == (0, 4 * EIP)


def test_what_is_planned_is_what_changes(planned: Any) -> None:
    small, large = {"name": "l", "retention_in_days": 7}, {"name": "l", "retention_in_days": 30}
    before, after = planned(
        change("aws_eip.new", after={}),
        change("aws_eip.old", before={}),
        change("aws_eip.kept", before={}, after={}, actions=["no-op"]),
        change("aws_eip.other", before={}, after={}, actions=["delete", "create"]),
        change("aws_cloudwatch_log_group.l", before=small, after=large),
    )
    changes = {(c.address, c.dimension): (c.action, c.expected) for c in before.difference(after)}
    assert changes == {
        ("aws_eip.new", "public IPv4 address"): ("created", EIP),
        ("aws_eip.old", "public IPv4 address"): ("deleted", -EIP),
        # 1 GB x 23 more days of 30.4 x 0.15 x 0.03
        ("aws_cloudwatch_log_group.l", "kept"): ("updated", Decimal("0.003405")),
    }
    assert after.notices[0] == "dev-part: 1 created, 1 deleted, 1 replaced, 1 updated"


def test_what_is_forgotten_is_told(planned: Any) -> None:
    before, after = planned(change("aws_eip.e", before={}, actions=["forget"]), change("aws_eip.f", after={}))
    assert before.monthly == after.monthly
    assert "dev-part: aws_eip.e: is forgotten, not destroyed" in after.notices[1]


def test_a_deposed_object_is_billed_until_it_goes(planned: Any) -> None:
    left = change("aws_eip.e", before={}) | {"deposed": "ab12"}
    before, after = planned(change("aws_eip.e", before={}, after={}, actions=["no-op"]), left)
    assert addresses(before) == ["aws_eip.e", "aws_eip.e (deposed ab12)"]
    assert addresses(after) == ["aws_eip.e"]


def test_data_sources_cost_nothing(planned: Any) -> None:
    read = change("aws_nothing_priced.d", after={}, actions=["read"]) | {"mode": "data"}
    assert len(planned(read, change("aws_eip.e", after={}))[1].lines) == 1


UNKNOWN_ENDPOINT = {"vpc_endpoint_type": True}


def test_what_is_unknown_is_named_if_a_price_depends_on_it(planned: Any) -> None:
    said = [configured("aws_vpc_endpoint.e", vpc_endpoint_type={"references": ["var.kind", "var"]})]
    with pytest.raises(
        InvalidInput, match=r"dev-part: aws_vpc_endpoint.e: vpc_endpoint_type \$\{var.kind\} is not known"
    ):
        planned(change("aws_vpc_endpoint.e", after=endpoint(2), unknown=UNKNOWN_ENDPOINT), resources=said)
    # by what the provider decides alone it is not
    computed = {"id": True, "arn": True, "dns_entry": True}
    _, after = planned(change("aws_vpc_endpoint.e", after=endpoint(2), unknown=computed), resources=said)
    assert after.lines[0].quantity.expected == 2 * 730


def test_zones_that_are_not_known_yet_are_counted(planned: Any) -> None:
    said = [configured("aws_vpc_endpoint.e", subnet_ids={"references": ["aws_subnet.a.id", "aws_subnet.a"]})]
    after = {"vpc_endpoint_type": "Interface"}
    unknown = change("aws_vpc_endpoint.e", after=after | {"subnet_ids": []}, unknown={"subnet_ids": [True, True, True]})
    assert planned(unknown, resources=said)[1].lines[0].quantity.expected == 3 * 730
    hidden = change("aws_vpc_endpoint.e", after=after, unknown={"subnet_ids": True})
    with pytest.raises(InvalidInput, match=r"aws_vpc_endpoint.e: .*subnet_ids '\$\{aws_subnet.a.id\}' is no list"):
        planned(hidden, resources=said)


def test_a_flag_that_is_unknown_is_not_taken_for_yes_or_no(planned: Any) -> None:
    database = {"engine": "postgres", "instance_class": "db.t4g.micro", "allocated_storage": 20, "storage_type": "gp3"}
    planned_one = change("aws_db_instance.d", after=database, unknown={"multi_az": True, "iops": True})
    with pytest.raises(InvalidInput, match=r"aws_db_instance.d: .*var.safe"):
        planned(planned_one, resources=[configured("aws_db_instance.d", multi_az={"references": ["var.safe"]})])
    _, after = planned(planned_one, resources=[configured("aws_db_instance.d")])  # the provider's own default
    assert after.lines[0].quantity.expected == 730


def group(index: int, disk: int, known: bool) -> list[dict[str, Any]]:
    resources = node_group(["m7i.large"], (1, 1, 1))
    node = dict(resources["aws_eks_node_group"]["g"]) | {"launch_template": [{"id": f"lt-{index}"} if known else {}]}
    node["scaling_config"] = [node["scaling_config"]]
    template = {"id": f"lt-{index}"} if known else {}
    ebs = [{"volume_size": disk, "volume_type": "gp3"}]
    template |= {"block_device_mappings": [{"ebs": ebs}]}
    unknown = {"id": True, "block_device_mappings": [{"ebs": [{"iops": True, "throughput": True}]}]}
    hidden = ({"launch_template": [{"id": True}], "disk_size": True}, unknown) if not known else ({}, {})
    return [
        change(f"module.pool.aws_eks_node_group.g[{index}]", after=node, unknown=hidden[0]),
        change(f"module.pool.aws_launch_template.t[{index}]", after=template, unknown=hidden[1]),
    ]


@pytest.mark.parametrize("known", [True, False], ids=["by id", "by reference"])
def test_a_node_group_finds_the_template_of_its_own_instance(planned: Any, known: bool) -> None:
    template = {"references": ["aws_launch_template.t.id"]}
    said = [
        configured("aws_eks_node_group.g", launch_template=[{"id": template}]),
        configured(
            "aws_launch_template.t",
            block_device_mappings=[{"ebs": [{"volume_size": {"references": ["each.value"]}, "volume_type": {}}]}],
        ),
    ]
    _, after = planned(*group(0, 10, known), *group(1, 500, known), modules={"pool": said})
    disks = {line.address: line.quantity.expected for line in after.lines if line.dimension == "disks, gp3"}
    assert disks == {"module.pool.aws_eks_node_group.g[0]": 10, "module.pool.aws_eks_node_group.g[1]": 500}


def test_disks_of_a_dynamic_block_are_not_taken_for_the_usual(planned: Any) -> None:
    """Terraform does not show what is in a dynamic block: what is unknown there may have been asked for."""
    said = [configured("aws_eks_node_group.g", launch_template=[{"id": {"references": ["aws_launch_template.t.id"]}}])]
    with pytest.raises(InvalidInput, match=r"known after apply"):
        planned(*group(0, 10, known=False), modules={"pool": [*said, configured("aws_launch_template.t")]})


@pytest.mark.parametrize(
    ("tags", "named", "says"),
    [
        ({}, None, r"neither default tags nor variables say of which environment it is: name it"),
        (None, "prod", r"is a plan of dev, not of prod: estimate one environment at a time"),
    ],
    ids=["unsaid", "another"],
)
def test_of_which_environment_a_plan_is(tmp_path: Path, tags: Any, named: str | None, says: str) -> None:
    file = write(tmp_path / "a.json", **({} if tags is None else {"tags": tags}))
    with pytest.raises(InvalidInput, match=says):
        plans.environment_of([file], named)
    assert plans.environment_of([write(tmp_path / "b.json")], None) == "dev"
    assert plans.environment_of([write(tmp_path / "c.json", tags={})], "prod") == "prod"
    content = json.loads((tmp_path / "c.json").read_text()) | {"variables": {"environment": {"value": "staging"}}}
    (tmp_path / "d.json").write_text(json.dumps(content))
    assert plans.environment_of([tmp_path / "d.json"], None) == "staging"


def test_a_stack_is_called_as_its_file_or_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "dev-ml"
    folder.mkdir()
    files = [write(tmp_path / "dev-compute.plan.json"), write(folder / "plan.json"), write(tmp_path / "other.json")]
    assert plans.read(files, "dev").stacks == ("dev-compute", "dev-ml", "other")
    with pytest.raises(InvalidInput, match="2 plans are called dev-ml: name each file after its stack"):
        plans.read([folder / "plan.json", write(tmp_path / "dev-ml.json")], "dev")


def test_what_nobody_heard_of_is_not_passed_over(planned: Any) -> None:
    with pytest.raises(InvalidInput, match=r"aws_eip.e: what conjure means is not known here"):
        planned(change("aws_eip.e", after={}, actions=["conjure"]))
    with pytest.raises(InvalidInput, match="nobody said what aws_fsx_lustre_file_system costs"):
        planned(change("aws_fsx_lustre_file_system.f", before={}))


def test_the_command_shows_the_difference(tmp_path: Path) -> None:
    file = write(tmp_path / "dev-part.json", change("aws_eip.e", after={}), change("aws_eip.f", before={}))
    run = CliRunner().invoke(cost, ["estimate", "--plan", str(file)])
    assert run.exit_code == 0, run.output
    assert "public IPv4 address (created)" in run.stdout
    assert "notice: dev-part: 1 created, 1 deleted" in run.stdout
    said = json.loads(CliRunner().invoke(cost, ["estimate", "--plan", str(file), "--json"]).stdout)
    assert [(c["address"], c["action"]) for c in said["changes"]] == [
        ("aws_eip.e", "created"),
        ("aws_eip.f", "deleted"),
    ]
    assert said["changed_usd"] == "0.000000"
    for wrong in (["--stacks", str(tmp_path)], ["--diff", "HEAD"], ["--against", str(file)]):
        assert CliRunner().invoke(cost, ["estimate", "dev", "--plan", str(file), *wrong]).exit_code == 2
    assert "Missing argument 'ENV'" in CliRunner().invoke(cost, ["estimate"]).output
    (tmp_path / "none.json").write_text("{}")
    run = CliRunner().invoke(cost, ["estimate", "--plan", str(tmp_path / "none.json")])
    assert run.exit_code == 2
    assert "none.json is no plan: write one with" in run.output
