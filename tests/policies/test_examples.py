"""Every rule judges its examples, which stand beside it, as they say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundway_ops.gate import rules
from groundway_ops.gate.engine import Engine, engine

POLICIES = Path(__file__).parents[2] / "policies"
BUNDLE = rules.load(POLICIES)


@pytest.fixture(scope="module")
def opa() -> Engine:
    return engine({**BUNDLE.modules, **BUNDLE.examples}, {})


def cases() -> Iterator[tuple[str, str]]:
    for text in BUNDLE.examples.values():
        package = re.search(r"^package (\S+)", text, re.M)
        for test in re.findall(r"^(test_\w+)", text, re.M):
            yield package[1], test


@pytest.mark.parametrize(("package", "test"), sorted(set(cases())))
def test_judges_its_examples(package: str, test: str, opa: Engine) -> None:
    assert opa.query(f"said = data.{package}.{test}", {}) == {"said": True}


@pytest.mark.parametrize("rule", BUNDLE.rules)
def test_names_what_passes_and_what_fails(rule: str, opa: Engine) -> None:
    """An example that cannot fail proves nothing: without the rule, its test does."""
    text = BUNDLE.examples[f"{rule}_test.rego"]
    package = re.search(r"^package (\S+)", text, re.M)
    assert package[1] == f"{rule}_test"
    modules = {name: t for name, t in BUNDLE.modules.items() if name != f"{rule}.rego"}
    modules["none.rego"] = "package main\n\ndeny contains 1 if false"
    without = engine({**modules, **BUNDLE.examples}, {})
    tests = re.findall(r"^(test_\w+)", text, re.M)
    assert tests
    assert any(without.query(f"said = [t | t := data.{rule}_test.{test}]", {}) == {"said": []} for test in tests)
