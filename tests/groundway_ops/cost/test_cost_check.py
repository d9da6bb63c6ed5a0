"""`groundway cost prices check`: what is wrong with the price book is found, and nothing else."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from cost_resources import CHECKOUT, TODAY

from groundway import environment
from groundway.environment import Environment
from groundway_ops.cost import cost, price_book
from groundway_ops.cost.estimate import free_types
from groundway_ops.cost.price_book import FOLDER
from groundway_ops.cost.pricing import PRICED
from groundway_ops.cost.upkeep.check import Finding, check
from groundway_ops.cost.upkeep.wanted import Wanted, keys, wanted
from groundway_ops.gate import documents

Check = Callable[..., list[Finding]]
LONG = 36500  # days: nothing is stale


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "prices"))


@pytest.fixture(scope="module")
def asked() -> list[Wanted]:
    return wanted(environment.load_all(CHECKOUT), CHECKOUT)


@pytest.fixture
def found(folder: Path, asked: list[Wanted]) -> Check:
    """What is wrong after a text of a file was replaced; "" adds a line."""

    def look(file: str = "", old: str = "", new: str = "", days: int = LONG) -> list[Finding]:
        if file:
            text = (folder / file).read_text()
            assert old in text
            (folder / file).write_text(text.replace(old, new, 1) if old else f"{text}{new}\n")
        return check(folder, asked, TODAY, days)

    return look


def test_the_book_as_it_is_lacks_nothing_and_contradicts_nowhere(found: Check) -> None:
    assert found() == []


def test_of_what_is_old_the_spot_savings_are_known(found: Check) -> None:
    """They are of July 2025; `prices refresh` mends that, with an account."""
    assert [(f.kind, f.where) for f in found(days=365)] == [("stale", "spot.csv")]
    assert "g4dn.12xlarge" in found(days=365)[0].said
    assert found(days=510) == []


def test_one_finding_for_the_rows_of_a_day_and_source(found: Check) -> None:
    stale = [f.said for f in found(days=300) if f.where == "instances.csv"]
    assert all("days old; 300 may be" in said for said in stale)
    row = "nat.hour,us-east-1,hour,0.045,2026-11-22,infracost golden files,list"
    changed = found("services.csv", row, row.replace("2026-11-22", "2025-01-01"), days=365)
    assert any(f.where == "services.csv" and f.said.startswith("nat.hour: list of 2025-01-01") for f in changed)


def test_a_day_that_is_still_to_come(found: Check) -> None:
    [finding] = found("services.csv", "", "x.y,us-east-1,hour,1,2027-01-01,somebody,list")
    assert (finding.kind, finding.said) == ("contradictory", "x.y: of 2027-01-01, which is still to come")


@pytest.mark.parametrize(
    ("file", "old", "where", "by"),
    [
        ("services.csv", "kms.key,us-east-1", "kms.key", "pricing/"),
        ("services.csv", "guardduty.runtime,us-east-1", "guardduty.runtime", "pricing/"),
        ("services.csv", "ebs.gp3_iops,us-east-1", "ebs.gp3_iops", "pricing/"),
        ("instances.csv", "m7a.large,2,us-east-1,on_demand", "m7a.large", "pool general"),
        ("kubernetes.csv", "1.35,2027-03-27", "1.35", "cluster.version"),
    ],
)
def test_what_an_estimate_may_ask_for_and_is_not_there(found: Check, file: str, old: str, where: str, by: str) -> None:
    missing = [f for f in found(file, old, "gone" + old) if f.kind == "missing" and f.where == where]
    assert missing
    assert by in missing[0].said


def test_types_that_policies_allow_are_asked_for_though_no_pool_has_them(asked: list[Wanted]) -> None:
    assert Wanted("any", "trn1.32xlarge", "eu-west-1", "prod: gpu_families of policies/allowed.yaml") in asked
    assert not any(w.name == "p5e.48xlarge" for w in asked)


def test_jobs_and_endpoints_need_a_price_of_sagemaker(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "environments" / "dev").mkdir(parents=True)
    file = tmp_path / "environments" / "dev" / "usage.yaml"
    dev: dict[str, Environment] = {"dev": environment.load("dev", CHECKOUT)}
    file.write_text("workloads: {job_hours: {ml.g5.xlarge: 3}}\n")
    assert check(folder, wanted(dev, tmp_path), TODAY, LONG) == []
    file.write_text("workloads: {endpoints: {e: {instance_type: ml.r5.large, instances: 1}}}\n")
    [finding] = check(folder, wanted(dev, tmp_path), TODAY, LONG)
    assert finding.said == (
        "dev: workloads of usage.yaml: the price book has no price for ml.r5.large: add its factor to "
        "prices/sagemaker.csv"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("instances.csv", "c5.xlarge,4,us-east-1,on_demand,0.17", "c5.xlarge,4,us-east-1,on_demand,0.017", "c5.large"),
        ("services.csv", "nat.hour,eu-west-1,hour,0.048", "nat.hour,eu-west-1,hour,0.48", "regions.yaml says 1.10"),
        (
            "services.csv",
            "eks.cluster_extended,us-east-1,hour,0.60",
            "eks.cluster_extended,us-east-1,hour,0.06",
            "0.10",
        ),
        ("instances.csv", "", "c5.large,4,us-east-1,capacity_block,0.1,2026-01-19,a table,list", "2 and 4 vCPUs"),
    ],
    ids=["sizes", "regions", "support", "vcpus"],
)
def test_what_contradicts_itself(found: Check, file: str, old: str, new: str, says: str) -> None:
    wrong = found(file, old, new)
    assert {f.kind for f in wrong} == {"contradictory"}
    assert all(says in f.said for f in wrong)


def test_two_sources_for_a_price_are_malformed(found: Check) -> None:
    [finding] = found("services.csv", "", "nat.hour,us-east-1,hour,0.046,2026-11-22,another source,list")
    assert (finding.kind, "nat.hour has two prices in us-east-1" in finding.said) == ("malformed", True)


def test_a_type_with_more_accelerators_may_cost_more_than_a_larger_one_with_fewer() -> None:
    book = price_book.load()
    small, large = (book.instance(t, "on_demand", "us-east-1").usd for t in ("g5.12xlarge", "g5.16xlarge"))
    assert small > large  # four A10G and one; no finding, as the first test says


def test_at_least_98_percent_of_the_types_in_the_stacks_are_priced_or_free(synthesized: Path) -> None:
    types = {address.partition(".")[0] for d in documents.stacks(synthesized) for address in d.addresses}
    told = {t for t in types if t in PRICED or t in free_types()}
    assert len(types) > 80
    assert len(told) / len(types) >= 0.98


def test_every_key_that_stacks_ask_for_is_among_those_that_are_checked(synthesized: Path) -> None:
    """Lines carry no key; so the book is asked, and what it was asked for is noted."""
    from dataclasses import replace

    from groundway_ops.cost.estimate import estimate

    book, seen = price_book.load(), set()

    class Noting(dict):
        def get(self, place, default=None):  # type: ignore[no-untyped-def]
            seen.add(place[0])
            return super().get(place, default)

    noting = replace(book, prices=Noting(book.prices))
    for name, loaded in environment.load_all(CHECKOUT).items():
        estimate(synthesized, loaded, root=CHECKOUT, book=noting, on=date(2026, 11, 23))
        assert loaded.name == name
    assert len(seen) > 40
    assert {key for key in seen if not key.startswith(("instance.", "rds.db."))} <= set(keys())


def test_the_command(folder: Path) -> None:
    run = CliRunner().invoke(cost, ["prices", "check", "--book", str(folder), "--days", str(LONG)])
    assert run.exit_code == 0, run.output
    assert run.output.startswith("All is well: ")
    run = CliRunner().invoke(cost, ["prices", "check", "--book", str(folder), "--days", "400", "--json"])
    assert run.exit_code == 1
    assert [f["kind"] for f in json.loads(run.stdout)] == ["stale"]
