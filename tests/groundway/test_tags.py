"""Cost tags: what a value may look like, which values are allowed, and that the runtime begins nothing with another."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from groundway import data, features, monitoring
from groundway.environment import load_all, teams
from groundway.errors import InvalidInput, Unavailable
from groundway.pipeline import Span, reproduce, train, watch
from groundway.platform import Platform
from groundway.registry import manifest
from groundway.release import artifacts
from groundway.tags import KEYS, CostTags, Team, Teams

CHECKOUT = Path(__file__).parents[2]
TEAMS = Teams(
    {
        "demand": Team(cost_center={"default": "cc-20"}, projects=("forecasting", "pricing")),
        "platform": Team(
            cost_center={"dev": "cc-1", "prod": "cc-3"}, projects=("groundway",), owners=("ops", "on-call")
        ),
    }
)
RIGHT = CostTags(team="demand", project="pricing", environment="dev", cost_center="cc-20", owner="demand")
PLATFORMS = CostTags(team="platform", project="groundway", environment="dev", cost_center="cc-1", owner="ops")


@pytest.mark.parametrize(
    "tags",
    [
        RIGHT,
        RIGHT.using(environment="prod", model="any", run="any-run"),
        PLATFORMS,
        PLATFORMS.using(owner="on-call"),
        PLATFORMS.using(environment="prod", cost_center="cc-3"),
        PLATFORMS.using(environment="shared", cost_center="cc-3"),
    ],
    ids=["team", "model-and-run", "by-environment", "second-owner", "elsewhere", "shared"],
)
def test_what_is_allowed(tags: CostTags) -> None:
    assert TEAMS.wrong(tags) == []
    assert TEAMS.require(tags) is tags


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (RIGHT.using(team="demnd"), "team: 'demnd' is not allowed; did you mean 'demand'? allowed: demand, platform"),
        (RIGHT.using(project="prices"), "project: 'prices' is not allowed; did you mean 'pricing'?"),
        (RIGHT.using(cost_center="cc-1"), "cost-center: 'cc-1' is not allowed; allowed: cc-20"),
        (RIGHT.using(owner="ops"), "owner: 'ops' is not allowed; allowed: demand"),
        (PLATFORMS.using(cost_center="cc-3"), "cost-center: 'cc-3' is not allowed; allowed: cc-1"),
        (PLATFORMS.using(environment="staging"), "cost-center: 'cc-1' is not allowed; allowed: none"),
    ],
    ids=["team", "project", "cost-center", "owner", "of-another-environment", "none-here"],
)
def test_what_is_not(tags: CostTags, told: str) -> None:
    [wrong] = TEAMS.wrong(tags)
    assert told in str(wrong)
    with pytest.raises(InvalidInput, match=re.escape(told)) as refusal:
        TEAMS.require(tags)
    assert "environments/teams.yaml" in refusal.value.message


def test_everything_wrong_is_told_at_once() -> None:
    wrong = TEAMS.wrong(PLATFORMS.using(team="demand"))
    assert [one.key for one in wrong] == ["project", "cost-center", "owner"]


@given(st.sampled_from(["dev", "prod"]), st.sampled_from(list(TEAMS)))
def test_what_a_team_has_as_a_whole_is_allowed(environment: str, team: str) -> None:
    tags = TEAMS.standing(team, environment)
    assert TEAMS.wrong(tags) == TEAMS.within(environment).wrong(tags) == []
    assert (tags.model, tags.run) == ("shared", "standing")


def test_an_environment_knows_only_who_can_pay_there() -> None:
    assert list(TEAMS.within("staging")) == ["demand"]
    assert [one.value for one in TEAMS.within("dev").wrong(PLATFORMS.using(cost_center="cc-3"))] == ["cc-3"]
    with pytest.raises(InvalidInput, match="platform: no cost-center in staging"):
        TEAMS.standing("platform", "staging")


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, st.from_regex(r"[A-Za-z0-9._ /-]{0,65}", fullmatch=True))))
def test_a_value_serves_everywhere_or_is_refused(values: dict[str, str]) -> None:
    fine = all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", value) for value in values.values())
    if fine:
        tags = CostTags.model_validate(values)
        assert tags.aws() == values
        assert {key.removeprefix("groundway.dev/"): value for key, value in tags.labels().items()} == values
    else:
        with pytest.raises(ValidationError):
            CostTags.model_validate(values)


def test_the_teams_of_the_checkout_are_those_of_its_environments() -> None:
    found = teams(CHECKOUT)
    assert found is not None
    for environment in load_all(CHECKOUT).values():
        assert found.wrong(environment.cost_tags) == []
        assert set(environment.budget.teams) <= set(found)


def test_the_page_shows_teams_that_can_be_read(root: Path) -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", (CHECKOUT / "docs/cost-tags.md").read_text(), re.S)
    (root / "environments/teams.yaml").write_text(example)
    found = teams(root)
    assert found is not None
    assert found.allowed("demand", "dev")["owner"] == ("demand-planning", "demand-on-call")
    assert found.allowed("ml-platform", "prod")["cost-center"] == ("cc-1003",)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(CHECKOUT / "environments", tmp_path / "environments")
    return tmp_path


def test_without_the_file_any_value_is_allowed(root: Path) -> None:
    file = root / "environments/dev/environment.yaml"
    file.write_text(file.read_text().replace("team: ml-platform", "team: anybody"))
    with pytest.raises(InvalidInput):
        load_all(root)
    (root / "environments/teams.yaml").unlink()
    assert teams(root) is None
    assert load_all(root)["dev"].tags.team == "anybody"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("team: ml-platform", "team: ml-platfrom", "tags.team: 'ml-platfrom' is not allowed; did you mean 'ml-pl"),
        ("cost-center: cc-1001", "cost-center: cc-1002", "tags.cost-center: 'cc-1002' is not allowed"),
        ("owner: ml-platform", "owner: me", "tags.owner: 'me' is not allowed; allowed: ml-platform"),
        ("demand: 200", "supply: 200", "budget.teams: 'supply' is no team; there are ml-platform, demand"),
    ],
    ids=["team", "cost-center", "owner", "budget"],
)
def test_an_environment_names_teams_that_there_are(root: Path, old: str, new: str, told: str) -> None:
    file = root / "environments/dev/environment.yaml"
    [line] = [n for n, text in enumerate(file.read_text().splitlines(), 1) if old in text]
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(InvalidInput) as refusal:
        load_all(root)
    assert f"{file}:{line}: {told}" in refusal.value.message
    assert "environments/teams.yaml" in refusal.value.message


def test_a_team_of_the_budget_must_be_able_to_pay_here(root: Path) -> None:
    file = root / "environments/teams.yaml"
    file.write_text(file.read_text().replace("cost-center: cc-2001", "cost-center: {prod: cc-2001}"))
    with pytest.raises(InvalidInput) as refusal:
        load_all(root)
    assert "'demand' has no cost-center in dev" in refusal.value.message
    assert "'demand' has no cost-center in staging" in refusal.value.message
    assert "in prod" not in refusal.value.message


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: {cost-centre: cc-1, projects: [p]}", 1, "a.cost-centre: unknown key (value 'cc-1'); did you mean 'cost-c"),
        ("a:\n  cost-center: cc-1\n", 1, "a.projects: this key is missing"),
        ("a:\n  cost-center: not good\n  projects: [p]", 2, "a.cost-center.default: 'not good': String should match"),
        ("a:\n  cost-center: cc-1\n  projects: [p]\n  owners: me", 4, "a.owners: 'me': Input should be a valid array"),
        ("a: 1", 1, "a: 1: Input should be an object"),
        ("", 1, "the file: {}: "),
        ("a: {cost-center: cc-1, projects: [p]}\na: {}", 2, "a is there twice, first on line 1"),
    ],
    ids=["misspelt", "missing", "shape", "no-list", "no-keys", "empty", "twice"],
)
def test_a_mistake_in_the_file_names_line_key_and_value(root: Path, text: str, line: int, told: str) -> None:
    file = root / "environments/teams.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as refusal:
        load_all(root)
    assert f"{file}:{line}: {told}" in refusal.value.message


WRONG = RIGHT.using(team="nobody")
LABELS = pl.DataFrame({"request_id": ["r"], "event_time": [datetime(2026, 11, 1, tzinfo=UTC)], "label": [1]})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    directory = tmp_path / "model"
    directory.mkdir()
    (directory / "contract.json").write_text("{}")
    (directory / "model.skops").write_bytes(b"weights")
    manifest.write(directory)
    return directory


def everything_that_stores(platform: Platform, tags: CostTags, model: Path) -> dict[str, Callable[[], Any]]:
    digest = f"sha256:{manifest.digest(manifest.of(model))}"
    return {
        "dataset": lambda: data.land(platform, "shop", {"orders": pa.table({"n": [1]})}, tags),
        "features": lambda: features.store(platform, "shop", tags).feast.apply([]),
        "labels": lambda: monitoring.put_labels(platform, "m", LABELS, tags),
        "model": lambda: artifacts.publish(platform, "m", digest, model, b"signature", tags),
    }


def stored(platform: Platform) -> list[str]:
    s3 = boto3.client("s3")
    buckets = (platform.data.name, platform.models.name, platform.features.bucket.name)
    return [one["Key"] for bucket in buckets for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.mark.parametrize("what", ["dataset", "features", "labels", "model"])
def test_nothing_is_stored_with_tags_that_are_not_allowed(platform: Platform, what: str, model: Path) -> None:
    strict = platform.model_copy(update={"teams": TEAMS.within("dev")})
    for tags, told in (
        (WRONG, "cost tag team: 'nobody' is not allowed"),
        (RIGHT.using(cost_center="cc-1"), "cost tag cost-center: 'cc-1'"),
        (RIGHT.using(environment="prod"), "cost tag environment: 'prod' is not 'dev', where this runs"),
    ):
        with pytest.raises(InvalidInput, match=told):
            everything_that_stores(strict, tags, model)[what]()
        assert stored(strict) == []
    everything_that_stores(strict, RIGHT, model)[what]()
    assert stored(strict) != []


@pytest.mark.parametrize("what", ["dataset", "features", "labels", "model"])
def test_where_nobody_said_who_may_pay_anybody_may(platform: Platform, what: str, model: Path) -> None:
    everything_that_stores(platform, WRONG, model)[what]()
    assert stored(platform) != []


def everything_that_runs(platform: Platform, tags: CostTags) -> dict[str, Callable[[], Any]]:
    """Each without all that it would use next."""
    workload: Any = SimpleNamespace(NAME="m", tags=lambda _: tags)
    nothing: Any = None
    months = Span.parse("2026-01"), Span.parse("2026-02")
    return {
        "train": lambda: train(workload, platform, nothing, nothing, *months, print),
        "reproduce": lambda: reproduce(workload, platform, nothing, 1, print),
        "watch": lambda: next(watch(workload, platform, nothing, nothing, months[0], 1, print)),
    }


@pytest.mark.parametrize("what", ["train", "reproduce", "watch"])
def test_no_run_begins_with_tags_that_are_not_allowed(
    what: str, platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))  # no server of a model runs there
    strict = platform.model_copy(update={"teams": TEAMS.within("dev")})
    with pytest.raises(InvalidInput, match="cost tag team: 'nobody'"):
        everything_that_runs(strict, WRONG)[what]()
    for unhindered in (everything_that_runs(strict, RIGHT), everything_that_runs(platform, WRONG)):
        with pytest.raises((AttributeError, Unavailable)):
            unhindered[what]()
