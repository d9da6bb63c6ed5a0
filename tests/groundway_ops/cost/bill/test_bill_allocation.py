"""Shared costs given to teams: by usage, by measures, by fixed keys; direct and allocated are the whole, exactly."""

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_bill import charge, mart_of

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.pools import pools
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.allocation import UNALLOCATED
from groundway_ops.cost.bill.reports.question import DIMENSIONS, Question
from groundway_ops.cost.bill.reports.record import Report
from groundway_ops.cost.bill.sharing import UNIT, divided

CHECKOUT = Path(__file__).parents[4]
PLATFORM = {"team": "ml-platform", "project": "groundway", "model": "shared", "environment": "prod"}
A, B = {"team": "a", "project": "p", "model": "m"}, {"team": "b", "project": "q", "model": "n"}

CHARGES = [
    charge(effective="30", tags=A),
    charge(effective="10", tags=B),
    charge(effective="5", tags={**B, "run": "r-1"}, day=date(2026, 10, 2)),
    charge(effective="100", tags=PLATFORM),
    charge(effective="0.0000000001", tags=PLATFORM),
    charge(effective="8", tags=PLATFORM, usage_type="EUW1-BoxUsage:g5.xlarge"),
    charge(effective="20", tags={}, category="Tax", resource=None),
    charge(effective="-4", tags={}, category="Credit", resource=None),
    charge(effective="7", tags={}),
    charge(effective="60", tags=PLATFORM, day=date(2026, 9, 1)),
    charge(effective="2", tags=B, day=date(2026, 9, 1)),
]
GPUS = [
    {"hour": datetime(2026, 10, 1, h), "team": team, "hours": hours}
    for h, team, hours in ((1, "a", 0.5), (2, "b", 1.5), (3, None, 9.0))
]
PREDICTIONS = [{"day": date(2026, 10, 1), "team": "a", "rows": 3}, {"day": date(2026, 10, 2), "team": "b", "rows": 1}]


def allocate(text: str) -> None:
    Path("environments/allocation.yaml").write_text(text)


@pytest.fixture
def mart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mart:
    """In a checkout of its own that says nothing of pools and teams."""
    monkeypatch.chdir(tmp_path)
    Path("environments").mkdir()
    return mart_of(tmp_path / "mart", CHARGES, gpus=GPUS, predictions=PREDICTIONS)


def made(mart: Mart, first: str | None = "2026-10", last: str | None = None, **asked: Any) -> Report:
    return make("allocation", mart, Question.of(mart, first, last, **asked))


def by_team(report: Report, name: str) -> dict[str, Decimal]:
    return dict(zip(report.column("team"), report.column(name), strict=True))


def test_without_the_file_all_stays_where_it_is_tagged(mart: Mart) -> None:
    report = made(mart)
    assert [column.name for column in report.columns] == ["team", "direct", "total", "of all"]
    assert by_team(report, "total") == by_team(report, "direct")
    assert by_team(report, "total") == {
        "ml-platform": Decimal("108.0000000001"),
        "a": Decimal(30),
        UNALLOCATED: Decimal(23),
        "b": Decimal(15),
    }
    assert report.notes == ("environments/allocation.yaml names no pools: all stays where it is tagged",)


def test_by_usage(mart: Mart) -> None:
    allocate("- {name: platform, charges: {project: groundway, model: shared}, by: usage}")
    report = made(mart)
    assert by_team(report, "direct") == {"a": Decimal(30), "b": Decimal(15), UNALLOCATED: Decimal(23)}
    assert by_team(report, "platform") == {
        "a": Decimal("72.0000000001"),  # of 108.0000000001, two thirds; the last unit to whom rounding down cost more
        "b": Decimal(36),
        UNALLOCATED: Decimal(0),
    }
    assert report.total == Decimal("176.0000000001")
    assert report.notes == ()


@pytest.mark.parametrize(
    ("how", "a", "b"),
    [
        ("by: usage", "72.0000000001", "36"),
        ("by: even", "54.0000000001", "54"),  # by name among equals
        ("by: gpu-hours", "27", "81.0000000001"),
        ("by: predictions", "81.0000000001", "27"),
        ("keys: {a: 0.1, b: 0.9}", "10.8", "97.2000000001"),
    ],
)
def test_ways_to_share(mart: Mart, how: str, a: str, b: str) -> None:
    allocate(f"- {{name: platform, charges: {{project: groundway}}, {how}}}")
    assert by_team(made(mart), "platform") == {"a": Decimal(a), "b": Decimal(b), UNALLOCATED: Decimal(0)}


def test_keys_reach_teams_that_spend_nothing_themselves(mart: Mart) -> None:
    allocate("- {name: platform, charges: {project: groundway}, keys: {a: 0.25, new: 0.75}}")
    report = made(mart, where={"project": "groundway"})
    assert by_team(report, "platform") == {"new": Decimal("81.0000000001"), "a": Decimal(27)}


def test_the_first_pool_that_takes_a_charge_has_it(mart: Mart) -> None:
    gpu = "- {name: gpu, charges: {usage-type: ['*:p*', '*:g5.*']}, keys: {a: 1}}"
    platform = "- {name: platform, charges: {project: groundway}, keys: {b: 1}}"
    allocate(f"{gpu}\n{platform}")
    assert (by_team(made(mart), "gpu")["a"], by_team(made(mart), "platform")["b"]) == (8, Decimal("100.0000000001"))
    allocate(f"{platform}\n{gpu}")
    assert by_team(made(mart), "platform")["b"] == Decimal("108.0000000001")
    assert "gpu" not in [column.name for column in made(mart).columns]  # nothing is left for it


@pytest.mark.parametrize(
    ("charges", "taken"),
    [
        ("{category: Tax}", 20),
        ("{category: [Tax, Credit]}", 16),
        ("{team: (none)}", 23),
        ("{team: (none), category: Usage}", 7),
        ("{team: [(none), b]}", 38),
        ("{category: C*}", -4),
        ("{usage-type: '*BoxUsage:g?.*'}", 8),
        ("{category: tax}", 0),
        ("{run: r-1}", 5),
        ("{run: r-2}", 0),
    ],
)
def test_which_charges(mart: Mart, charges: str, taken: int) -> None:
    allocate(f"- {{name: pool, charges: {charges}, keys: {{z: 1}}}}")
    report = made(mart)
    assert by_team(report, "total").get("z", Decimal(0)) == taken
    assert report.total == Decimal("176.0000000001")


def test_what_cannot_be_shared_stays_where_it_is_tagged(mart: Mart) -> None:
    allocate(
        "- {name: platform, charges: {project: groundway}, by: gpu-hours}\n"
        "- {name: all, charges: {account: '1*'}, by: usage}"
    )
    september = made(mart, "2026-09")
    assert by_team(september, "direct") == {"ml-platform": Decimal(60), "b": Decimal(2)}
    assert september.notes[0] == ("platform: no team has GPU-hours in 2026-09, so 60.00 stay where they are tagged")
    assert september.notes[1].startswith("all: no team has costs of its own in 2026-09")


def test_a_team_that_is_not_charged_on_balance_takes_no_part(mart: Mart, tmp_path: Path) -> None:
    allocate("- {name: platform, charges: {project: groundway}, by: usage}")
    credited = charge(effective="-6", tags={"team": "c"}, category="Credit")
    report = made(mart_of(tmp_path / "other", [*CHARGES, credited]))
    assert by_team(report, "platform")["c"] == 0
    assert by_team(report, "total")["c"] == -6
    assert by_team(report, "platform")["b"] == 36


def test_each_month_is_shared_by_what_was_done_in_it(mart: Mart) -> None:
    allocate("- {name: platform, charges: {project: groundway}, by: usage}")
    both = by_team(made(mart, "2026-09", "2026-10"), "platform")
    months = [by_team(made(mart, month), "platform") for month in ("2026-09", "2026-10")]
    assert months[0] == {"b": Decimal(60)}
    assert both == {team: sum((m.get(team, Decimal(0)) for m in months), Decimal(0)) for team in both}


def test_a_part_is_shared_as_the_whole_is(mart: Mart) -> None:
    """Whatever charges one asks for, teams share them by all that they spend."""
    allocate("- {name: platform, charges: {project: groundway}, by: usage}")
    part = made(mart, where={"usage-type": "EUW1-BoxUsage:g5.xlarge"})
    assert by_team(part, "platform") == {"a": Decimal("5.3333333333"), "b": Decimal("2.6666666667")}
    grouped = made(mart, by=("usage-type", "team"))
    assert ("EUW1-BoxUsage:g5.xlarge", "b", 0, Decimal("2.6666666667"), Decimal("2.6666666667")) in {
        row[:-1] for row in grouped.rows
    }


@pytest.mark.parametrize("by", [*((d,) for d in DIMENSIONS), ("environment", "team"), ("day", "service")], ids="+".join)
def test_whatever_it_is_grouped_by_it_is_the_same_money(mart: Mart, by: tuple[str, ...]) -> None:
    platform, tax = "{project: groundway}, by: usage", "{category: Tax}, by: even"
    allocate(f"- {{name: platform, charges: {platform}}}\n- {{name: tax, charges: {tax}}}")
    question = Question.of(mart, "2026-09", "2026-10", by=by)
    report = make("allocation", mart, question)
    assert report.total == make("spend", mart, question).total == sum(report.column("total"))
    for row in report.records():
        assert row["total"] == row["direct"] + row.get("platform", 0) + row.get("tax", 0)


@pytest.mark.parametrize("top", [0, 1, 2, 9])
def test_the_rest_is_one_row(mart: Mart, top: int) -> None:
    allocate("- {name: platform, charges: {project: groundway}, by: usage}")
    whole, short = made(mart, by=("team", "environment")), made(mart, by=("team", "environment"), top=top)
    assert len(short.rows) == min(top + 1, len(whole.rows))
    for name in ("direct", "platform", "total"):
        assert sum(short.column(name)) == sum(whole.column(name))


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("- {name: p, charges: {colour: red}, by: usage}", 1, "'colour' is no dimension; there are team, project"),
        ("- {name: p, charges: {projct: x}, by: usage}", 1, "did you mean 'project'?"),
        ("- {name: p, charges: {}, by: usage}", 1, "0.charges: {}: Dictionary should have at least 1 item"),
        ("- {name: p, charges: {team: a}}", 1, "set exactly one of by and keys"),
        ("- {name: p, charges: {team: a}, by: usage, keys: {a: 1}}", 1, "set exactly one of by and keys"),
        ("- name: p\n  charges: {team: a}\n  keys: {a: 0.5, b: 0.4}", 1, "keys add up to 0.9; they must to 1"),
        ("- name: p\n  charges: {team: a}\n  by: usge", 3, "0.by: 'usge' is not valid; did you mean 'usage'?"),
        ("- name: p\n  charge: {team: a}\n  by: even", 2, "0.charge: unknown key"),
        ("- name: p\n  charges: {team: a}\n  keys: {a: -1, b: 2}", 3, "0.keys.a: -1"),
        ("- {name: direct, charges: {team: a}, by: even}", 1, "name 'direct' is that of another column"),
        (
            "- {name: p, charges: {team: a}, by: even}\n- {name: p, charges: {team: b}, by: even}",
            1,
            "two pools are called 'p'",
        ),
        ("name: p", 1, "the file"),
    ],
)
def test_a_mistake_names_file_line_key_and_value(mart: Mart, text: str, line: int, told: str) -> None:
    allocate(text)
    with pytest.raises(InvalidInput) as refusal:
        made(mart)
    assert f"environments/allocation.yaml:{line}: " in refusal.value.message
    assert told in refusal.value.message


def test_keys_name_teams_that_there_are(mart: Mart) -> None:
    allocate("- name: p\n  charges: {team: a}\n  keys:\n    demand: 0.5\n    supply: 0.5")
    assert made(mart).total is not None
    Path("environments/teams.yaml").write_text("demand: {cost-center: cc-1, projects: [p]}")
    with pytest.raises(InvalidInput, match=r"allocation\.yaml:5: 0\.keys: 'supply' is no team; there are demand"):
        made(mart)


def test_the_page_shows_pools_that_can_be_read(mart: Mart) -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", (CHECKOUT / "docs/cost-allocation.md").read_text(), re.S)
    allocate(example)
    assert [pool.name for pool in pools(Path.cwd())] == ["platform", "licences"]
    assert pools(Path.cwd())[1].keys == {"demand": Decimal("0.25"), "network-operations": Decimal("0.75")}


@pytest.mark.parametrize("text", ["", "[]", "# nothing is shared\n"])
def test_no_pools(mart: Mart, text: str) -> None:
    allocate(text)
    assert len(made(mart).columns) == 4


def test_the_pools_of_this_repository_take_what_belongs_to_no_team_alone(
    mart: Mart, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [pool.name for pool in pools(CHECKOUT)] == ["gpu nodes", "platform", "support", "tax"]
    monkeypatch.chdir(CHECKOUT)
    report = made(mart)
    assert by_team(report, "gpu nodes") == {"a": 2, "b": 6, UNALLOCATED: 0}
    assert by_team(report, "platform") == {"a": Decimal("66.6666666667"), "b": Decimal("33.3333333334"), UNALLOCATED: 0}
    assert by_team(report, "tax")[UNALLOCATED] == 0
    assert by_team(report, "direct")[UNALLOCATED] == 3  # what somebody has to tag


amounts = st.decimals(-(10**7), 10**7, places=10)
weights = (
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10**6), min_size=1)
    .filter(lambda found: any(found.values()))
    .map(lambda found: {name: Fraction(share, 7) for name, share in found.items()})
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@unhurried
@given(amounts, weights)
def test_parts_add_up_and_are_off_by_less_than_a_unit(amount: Decimal, shares: dict[str, Fraction]) -> None:
    parts = divided(amount, shares)
    assert parts.keys() == shares.keys()
    assert sum(parts.values()) == amount
    for name, share in shares.items():
        exact = Fraction(amount) * share / sum(shares.values())
        assert abs(Fraction(parts[name]) - exact) < Fraction(UNIT)


@unhurried
@given(amounts, weights)
def test_a_credit_is_shared_as_a_charge(amount: Decimal, shares: dict[str, Fraction]) -> None:
    assert divided(-amount, shares) == {name: -part for name, part in divided(amount, shares).items()}


teams = st.sampled_from(["a", "b", "c", None])
bills = st.lists(
    st.fixed_dictionaries(
        {
            "effective": st.decimals(-1000, 1000, places=10).map(str),
            "tags": st.fixed_dictionaries({"team": teams, "project": st.sampled_from(["groundway", "p", None])}),
            "day": st.dates(date(2026, 9, 1), date(2026, 11, 30)),
            "category": st.sampled_from(["Usage", "Tax", None]),
        }
    ),
    min_size=1,
    max_size=12,
)
ways = st.sampled_from(["by: usage", "by: even", "by: gpu-hours", "keys: {a: 0.333, d: 0.667}"])


@settings(unhurried, max_examples=40)
@given(bill=bills, first=ways, second=ways, by=st.sampled_from([("team",), ("category",), ("day", "team")]))
def test_nothing_is_lost_and_nothing_is_made(
    tmp_path_factory: pytest.TempPathFactory, bill: list[dict[str, Any]], first: str, second: str, by: tuple[str, ...]
) -> None:
    root = tmp_path_factory.mktemp("root")
    (root / "environments").mkdir()
    (root / "environments/allocation.yaml").write_text(
        f"- {{name: one, charges: {{project: groundway}}, {first}}}\n"
        f"- {{name: two, charges: {{category: Tax}}, {second}}}"
    )
    mart = mart_of(root / "mart", [charge(**one) for one in bill], gpus=GPUS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        report = make("allocation", mart, Question.of(mart, "2026-09", "2026-11", by=by))
    assert sum(report.column("total")) == sum(Decimal(one["effective"]) for one in bill)
    for row in report.records():
        assert row["total"] == row["direct"] + row.get("one", 0) + row.get("two", 0)
