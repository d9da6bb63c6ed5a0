"""Every rule judges its examples, which stand beside it, as they say."""

import re
from pathlib import Path

import pytest

from groundway_ops.gate import rules
from groundway_ops.gate.engine import engine

POLICIES = Path(__file__).parents[2] / "policies"
BUNDLE = rules.load(POLICIES)
TESTS = [
    f"{package}.{test}"
    for text in BUNDLE.examples.values()
    for package in re.findall(r"^package (\S+)", text, re.M)
    for test in re.findall(r"^(test_\w+)", text, re.M)
]


def held(condition: str = "") -> set[str]:
    """Tests that hold. One query for all: the engine prepares each anew."""
    asked = ", ".join(f'"{test}": [t | t := data.{test} {condition}]' for test in TESTS)
    answer = engine({**BUNDLE.modules, **BUNDLE.examples}, {}).query(f"said = {{{asked}}}", {})
    return {test for test, said in answer["said"].items() if said == [True]}


@pytest.fixture(scope="module")
def with_rules() -> set[str]:
    return held()


@pytest.fixture(scope="module")
def without_rules() -> set[str]:
    return held(" ".join(f"with data.main.deny_{area} as set()" for area in BUNDLE.areas))


@pytest.mark.parametrize("test", TESTS)
def test_judges_its_examples(test: str, with_rules: set[str]) -> None:
    assert test in with_rules


@pytest.mark.parametrize("rule", BUNDLE.rules)
def test_names_what_passes_and_what_fails(rule: str, without_rules: set[str]) -> None:
    """An example that cannot fail proves nothing: without its rule, a test of it does."""
    own = {test for test in TESTS if test.startswith(f"{rule}_test.")}
    assert own
    assert own - without_rules
