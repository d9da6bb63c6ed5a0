"""Spend by how it is tagged: each charge once, with what is wrong and what would mend it; together the whole bill."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_bill import charge, mart_of

from groundway.tags import KEYS, Team, Teams
from groundway_ops.cost.bill.charges import TAGS
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.question import DIMENSIONS, Question
from groundway_ops.cost.bill.reports.record import Report
from groundway_ops.cost.bill.reports.tag_faults import (
    CANNOT,
    CLASSES,
    UNTAGGED,
    WELL,
    WRONG,
    Allowed,
    judge,
    meant,
)

TEAMS = Teams(
    {
        "demand": Team(cost_center={"default": "cc-20"}, projects=("forecasting",)),
        "network": Team(cost_center={"default": "cc-42"}, projects=("punctuality", "routes"), owners=("ops", "net")),
        "ml-platform": Team(cost_center={"dev": "cc-1", "prod": "cc-3"}, projects=("groundway",)),
    }
)
ALLOWED = Allowed(TEAMS, ("dev", "prod"))
FINE = TEAMS.standing("demand", "prod").aws()


def judged(
    change: dict[str, str | None], others: dict[str, str] | None = None, training: bool = False, allowed: Any = ALLOWED
) -> Any:
    return judge({**FINE, **change}, others or {}, training, None, allowed)


def test_well_tagged() -> None:
    assert judged({}).kind == WELL
    assert judged({"run": "r-1", "model": "eta"}, training=True).kind == WELL
    assert judged({}, {"Name": "x", "Team": "other"}).kind == WELL  # team itself is right
    assert judged({"environment": "shared"}).kind == WELL


@pytest.mark.parametrize(
    ("change", "others", "keys", "wrong", "mend"),
    [
        ({"owner": None}, {}, ("owner",), "owner is missing", "tag it with owner=demand"),
        (
            {"team": None},
            {},
            ("team",),
            "team is missing",
            "tag it with team=demand",  # whose project, cost center and owner these are
        ),
        (
            {"team": "demnd"},
            {},
            ("team",),
            "team 'demnd' is not allowed",
            "tag it with team=demand",
        ),
        (
            {"cost-center": "cc-42"},
            {},
            ("cost-center",),
            "cost-center 'cc-42' is of network, not of demand",
            "tag it with cost-center=cc-20",
        ),
        ({"project": "forecastng"}, {}, ("project",), "project 'forecastng' is not", "tag it with project=forecasting"),
        ({"environment": "prd"}, {}, ("environment",), "environment 'prd' is none", "tag it with environment=prod"),
        ({"environment": "nowhere"}, {}, ("environment",), "is none", "tag it with its environment"),
        ({"team": None}, {"Team": "demand"}, ("team",), "team is spelt Team", "rename its tag Team to team"),
        (
            {"cost-center": None},
            {"cost_center": "cc-20"},
            ("cost-center",),
            "cost-center is spelt cost_center",
            "rename its tag cost_center to cost-center",
        ),
        (
            {"cost-center": None},
            {"CostCentre": "cc-42"},
            ("cost-center",),
            "cost-center is spelt CostCentre, and cost-center 'cc-42' is of network, not of demand",
            "rename its tag CostCentre to cost-center; tag it with cost-center=cc-20",
        ),
        ({"run": None}, {}, ("run",), "run is missing", "tag it with run=standing"),
        ({"model": "not a name"}, {}, ("model",), "model 'not a name' is no tag value", "tag it with its model"),
        (
            {"team": "network", "cost-center": "cc-42", "project": None, "owner": None},
            {},
            ("project", "owner"),
            "project is missing; owner is missing",
            "tag it with its project, owner",  # it has two of each
        ),
    ],
    ids=lambda value: "",
)
def test_wrongly_tagged(
    change: dict[str, str | None], others: dict[str, str], keys: tuple[str, ...], wrong: str, mend: str
) -> None:
    verdict = judged(change, others)
    assert (verdict.kind, verdict.keys) == (WRONG, keys)
    assert wrong in verdict.wrong
    assert verdict.mend == mend


def test_a_cost_center_of_another_environment() -> None:
    tags = TEAMS.standing("ml-platform", "dev").aws()
    assert judge(tags, {}, False, None, ALLOWED).kind == WELL
    verdict = judge({**tags, "environment": "prod"}, {}, False, None, ALLOWED)
    assert verdict.wrong == "cost-center 'cc-1' is not that of ml-platform in prod"
    assert verdict.mend == "tag it with cost-center=cc-3"


@pytest.mark.parametrize("key", ["model", "run"])
def test_a_training_job_has_a_model_and_a_run(key: str) -> None:
    own: dict[str, str | None] = {"model": "eta", "run": "r-1"}
    assert judged(own, training=True).kind == WELL
    for value in (None, FINE[key]):
        verdict = judged({**own, key: value}, training=True)
        assert (verdict.keys, verdict.mend) == ((key,), f"tag it with its {key}")
        assert judged({**own, key: FINE[key]}).kind == WELL  # of anything else


def test_without_tags() -> None:
    nothing: dict[str, str | None] = dict.fromkeys(KEYS)
    verdict = judge(nothing, {"Name": "x"}, False, None, ALLOWED)
    assert (verdict.kind, verdict.keys) == (UNTAGGED, KEYS)
    assert judge(nothing, {"Team": "demand"}, False, None, ALLOWED).kind == WRONG
    assert judge(nothing, {}, False, "tax", ALLOWED)[:3] == (CANNOT, (), "tax")
    assert judge(FINE, {}, False, "tax", ALLOWED).kind == WELL


def test_without_a_checkout_only_the_shape_counts() -> None:
    anything = Allowed()
    assert judged({"team": "any", "environment": "any"}, allowed=anything).kind == WELL
    assert judged({"team": "no way"}, allowed=anything).wrong == "team 'no way' is no tag value"
    assert judged({"owner": None}, allowed=anything).keys == ("owner",)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Team", "team"),
        ("COST_CENTER", "cost-center"),
        ("costcenter", "cost-center"),
        ("Cost Centre", "cost-center"),
        ("groundway.dev/run", "run"),
        ("env", "environment"),
        ("Name", None),
        ("teams", None),
        ("run-id", None),
    ],
)
def test_spellings(written: str, key: str | None) -> None:
    assert meant(written) == key


WHOLE = Decimal("0.0000000001")


def bill(folder: Path) -> Mart:
    """In a checkout without teams, so that `TAGGED` of small_bill is allowed."""
    return mart_of(
        folder,
        [
            charge(effective="100"),
            charge(effective="30.5", tags={}, resource="arn:aws:s3:::lost", other_tags='{"Name": "lost-and-found"}'),
            charge(effective="7", tags={}, resource=None, service="AWS Lambda", usage_type="EUW1-Requests"),
            charge(effective="2", tags={}, resource="i-1", other_tags='{"Owner": "me", "Team": "demand"}'),
            charge(effective="0.25", tags={}, resource="i-1", other_tags='{"Team": "demand"}', usage_type="x"),
            charge(effective="20", tags={}, resource=None, category="Tax", usage_type=None),
            charge(effective="9", tags={}, resource=None, service="AWS Support (Business)"),
            charge(effective="-3", tags={}, resource=None, category="Credit"),
            charge(effective="1", tags={}, resource=None, usage_type="EUW1-DataTransfer-Out-Bytes"),
            charge(effective="0.0000000001", tags={}, usage_type="EUW1-DataTransfer-Out-Bytes", resource="i-2"),
            charge(
                effective="50",
                resource="arn:aws:sagemaker:eu-west-1:1:training-job/eta-1",
                service_code="AmazonSageMaker",
            ),
            charge(effective="5", day=date(2026, 9, 3), tags={}),
        ],
    )


@pytest.fixture
def mart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mart:
    monkeypatch.chdir(tmp_path)
    return bill(tmp_path / "mart")


def rows(report: Report, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(report.column(name) for name in names), strict=True))


def by_class(report: Report) -> dict[str, Decimal]:
    found = dict.fromkeys(CLASSES, Decimal(0))
    for kind, amount in rows(report, "class", "cost"):
        found[kind] += amount
    return found


def test_each_charge_is_in_one_class_and_together_they_are_the_bill(mart: Mart) -> None:
    report = make("tags", mart, Question.of(mart))
    assert by_class(report) == {
        WELL: Decimal(100),
        WRONG: Decimal("52.25"),
        UNTAGGED: Decimal("37.5000000001"),
        CANNOT: Decimal(27),
    }
    assert report.total == make("spend", mart, Question.of(mart)).total
    assert rows(report, "class", "resource", "cost")[0] == (
        UNTAGGED,
        "arn:aws:s3:::lost (lost-and-found)",
        Decimal("30.5"),
    )
    assert (UNTAGGED, "AWS Lambda EUW1-Requests", Decimal(7)) in rows(report, "class", "resource", "cost")
    assert rows(report, "wrong", "cost")[-5:] == [
        ("tax", Decimal(20)),
        ("support", Decimal(9)),
        ("data transfer that belongs to no resource", Decimal(1)),
        ("a credit or refund of the account", Decimal(-3)),
        ("", Decimal(100)),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"category": "Credit"},
        {"category": "Purchase"},
        {"usage_type": "EUW1-DataTransfer-Out-Bytes"},
        {"service_code": "AWSCostExplorer"},
    ],
    ids=lambda said: next(iter(said.values())),
)
def test_what_belongs_to_a_resource_can_be_tagged(mart: Mart, tmp_path: Path, said: dict[str, Any]) -> None:
    both = [charge(tags={}, resource=resource, **said) for resource in (None, "arn:aws:x")]
    report = make("tags", made := mart_of(tmp_path / "other", both), Question.of(made))
    assert rows(report, "class", "resource") == [(UNTAGGED, "arn:aws:x"), (CANNOT, "")]


def test_a_training_job_without_a_run_is_found(mart: Mart) -> None:
    [job] = [row for row in make("tags", mart, Question.of(mart)).records() if "training-job" in row["resource"]]
    assert (job["class"], job["tags"], job["cost"]) == (WRONG, "model, run", Decimal(50))


def test_spellings_are_found_among_the_other_tags(mart: Mart) -> None:
    [dearer, other] = [r for r in make("tags", mart, Question.of(mart)).records() if r["resource"] == "i-1"]
    assert dearer["mend"].startswith("rename its tag Owner to owner; rename its tag Team to team; tag it with ")
    assert other["mend"].startswith(
        "rename its tag Team to team; tag it with model=shared, run=standing; tag it with its"
    )


@pytest.mark.parametrize("by", [*((d,) for d in DIMENSIONS), ("day", "resource"), ("team", "run")], ids="+".join)
def test_whatever_it_is_grouped_by_it_is_the_same_money(mart: Mart, by: tuple[str, ...]) -> None:
    question = Question.of(mart, "2026-09", "2026-10", by=by)
    report = make("tags", mart, question)
    assert report.total == make("spend", mart, question).total == sum(report.column("cost"))
    assert by_class(report) == by_class(make("tags", mart, Question.of(mart, "2026-09", "2026-10")))


@pytest.mark.parametrize("top", [0, 1, 2, 9])
def test_the_rest_of_a_class_is_one_row(mart: Mart, top: int) -> None:
    whole, short = make("tags", mart, Question.of(mart)), make("tags", mart, Question.of(mart, top=top))
    assert by_class(short) == by_class(whole)
    assert short.notes == whole.notes
    assert sum(kind == UNTAGGED for kind in short.column("class")) == min(top + 1, 3)


def test_what_one_asks_for(mart: Mart) -> None:
    assert make("tags", mart, Question.of(mart, where={"category": "Tax"})).column("wrong") == ["tax"]
    assert make("tags", mart, Question.of(mart, where={"team": "nobody"})).rows == ()


def test_notes_say_what_which_key_is_about(mart: Mart) -> None:
    notes = make("tags", mart, Question.of(mart)).notes
    assert notes[0] == "untagged: 37.50; wrongly tagged: 52.25; cannot be tagged: 27.00; well tagged: 100.00"
    assert "run 89.75" in notes[1]
    assert "team 39.75" in notes[1]
    assert "No environments/teams.yaml" in notes[2]


def test_in_a_checkout_teams_are_held_to_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[4])
    fine = TEAMS.standing("demand", "dev").using(cost_center="cc-2001").aws()
    tags = {key.replace("-", "_"): value for key, value in fine.items()}
    mart = mart_of(
        tmp_path,
        [
            charge(effective="1", tags=tags),
            charge(effective="2", tags={**tags, "cost_center": "cc-4200"}),
            charge(effective="4", tags={**tags, "team": "supply"}, resource="eta", model="eta"),
            charge(effective="8", tags={}, resource="arn:aws:s3:::groundway-prod-x"),
        ],
    )
    report = make("tags", mart, Question.of(mart))
    assert rows(report, "class", "cost", "mend") == [
        (
            UNTAGGED,
            Decimal(8),
            "tag it with model=shared, run=standing; tag it with its team, environment, project, cost-center, owner; "
            "look at the stacks of prod, or at who made it by hand there",
        ),
        (WRONG, Decimal(4), "tag it with team=demand; look at the tags of the workload eta"),
        (
            WRONG,
            Decimal(2),
            "tag it with cost-center=cc-2001; look at the stacks of dev, or at who made it by hand there",
        ),
        (WELL, Decimal(1), ""),
    ]


values = st.sampled_from([None, "demand", "cc-1001", "prod", "standing", "shared", "no way", "", "é"])
charges = st.lists(
    st.fixed_dictionaries(
        {
            "effective": st.decimals(-1000, 1000, places=10).map(str),
            "tags": st.fixed_dictionaries(dict.fromkeys(TAGS, values)),
            "resource": st.sampled_from([None, "i-1", "arn:aws:sagemaker:r:1:training-job/x"]),
            "category": st.sampled_from(["Usage", "Tax", "Credit", None]),
            "usage_type": st.sampled_from([None, "EUW1-BoxUsage", "DataTransfer-In-Bytes"]),
            "other_tags": st.sampled_from([None, "{}", '{"Team": "demand"}', '{"a\\"b.c": "d", "env": "prod"}']),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(charges=charges, by=st.sampled_from([(), ("team",), ("resource", "category")]))
def test_nothing_is_lost_and_nothing_counts_twice(
    tmp_path_factory: pytest.TempPathFactory, charges: list[dict[str, Any]], by: tuple[str, ...]
) -> None:
    mart = mart_of(tmp_path_factory.mktemp("mart"), [charge(**one) for one in charges])
    report = make("tags", mart, Question.of(mart, by=by))
    assert sum(report.column("cost")) == sum(Decimal(one["effective"]) for one in charges)
    assert set(report.column("class")) <= set(CLASSES)
    assert all(row["mend"] and row["tags"] for row in report.records() if row["class"] in (WRONG, UNTAGGED))
