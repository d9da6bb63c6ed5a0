"""What security allows fits what the environments are; it may allow more, never less."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundway.environment import Environment, load, teams
from groundway.stateful import STATEFUL
from groundway.tags import KEYS, Teams

POLICIES = Path(__file__).parents[2] / "policies"
ALLOWED: dict[str, Any] = yaml.safe_load((POLICIES / "allowed.yaml").read_text())["allowed"]
NAMES = ("dev", "staging", "prod")
TOP_LEVEL = re.compile(r"^([a-z_]\w*)(?=[ (\[:])", re.M)


def misfits(environment: Environment, allowed: dict[str, Any]) -> list[str]:
    """What an environment is that security does not allow."""
    own, tags = allowed["environments"][environment.name], environment.cost_tags.aws()
    found = {
        "account": environment.account in own["accounts"],
        "region": environment.region in own["regions"],
        "state bucket": environment.state_bucket == allowed["state_bucket"].replace("${account}", environment.account),
        "protection": environment.protection or not own["protected"],
        "promoted to": set(environment.access.promoted_to) <= set(own["promoted_to"]),
        "repositories": set(environment.access.github) <= set(allowed["repositories"]),
        **{key: tags[key] in values for key, values in allowed["tags"].items()},
    }
    return [what for what, fits in found.items() if not fits]


@pytest.mark.parametrize("name", NAMES)
def test_every_environment_is_allowed(name: str) -> None:
    assert misfits(load(name), ALLOWED) == []


def test_what_does_not_fit_is_found() -> None:
    dev = ALLOWED["environments"]["dev"]
    less = {**dev, "accounts": [], "regions": ["eu-central-1"], "promoted_to": [], "protected": True}
    strict = {**ALLOWED, "environments": {"dev": less}, "repositories": [], "tags": {**ALLOWED["tags"], "team": []}}
    assert misfits(load("dev"), strict) == [
        *("account", "region", "protection", "promoted to", "repositories", "team"),
    ]


def test_security_knows_each_environment_and_each_tag() -> None:
    assert tuple(ALLOWED["environments"]) == NAMES
    assert set(ALLOWED["tags"]) == set(KEYS) - {"environment", "model", "run"}  # which have rules of their own


def unknown_to_teams(tags: dict[str, list[str]], known: Teams) -> list[str]:
    """What security allows beside no team that there is: a word of it that nobody would miss."""
    by_key: dict[str, set[str]] = {"team": set(known)}
    for team in known:
        for environment in NAMES:
            for key, values in known.allowed(team, environment).items():
                by_key.setdefault(key, set()).update(values)
    return [f"{key}: {value}" for key, values in tags.items() for value in values if value not in by_key[key]]


def test_security_allows_no_tag_that_no_team_has() -> None:
    known = teams(POLICIES.parent)
    assert known is not None
    assert unknown_to_teams(ALLOWED["tags"], known) == []
    more = {**ALLOWED["tags"], "team": ["ml-platform", "gone"], "cost-center": ["cc-4200", "cc-9"]}
    assert unknown_to_teams(more, known) == ["team: gone", "cost-center: cc-9"]


def test_no_account_is_of_two_environments() -> None:
    accounts = [a for e in ALLOWED["environments"].values() for a in e["accounts"]]
    assert len(accounts) == len(set(accounts)) == len(NAMES)


def test_security_and_the_stacks_agree_on_what_cannot_be_made_again() -> None:
    assert set(ALLOWED["stateful"]) == STATEFUL
    assert not STATEFUL & set(ALLOWED["guards"])


def test_no_two_rules_share_a_name_of_theirs() -> None:
    """All rules are in one package: two functions of a name would be one, true where either is."""
    defined: dict[str, set[str]] = defaultdict(set)
    for file in (POLICIES / "terraform").glob("*.rego"):
        if not file.stem.endswith("_test"):
            for name in TOP_LEVEL.findall(file.read_text()):
                defined[name].add(file.stem)
    shared = {n: files for n, files in defined.items() if len(files) > 1}
    assert {n for n in shared if not n.startswith("deny_")} <= {"package", "import", "else"}, shared
