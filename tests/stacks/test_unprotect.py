"""`GROUNDWAY_UNPROTECT`: the explicit word that lifts the protection of one environment that is synthesized."""

import pytest
from synthesis import CHECKOUT

from groundway.environment import load_all
from groundway.errors import InvalidInput
from stacks.app import unprotected, wanted


def test_the_word_lifts_the_protection_of_the_one_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    environments = list(load_all(CHECKOUT).values())
    protected = {e.name for e in environments if e.protection}
    assert {"staging", "prod"} <= protected
    assert unprotected(environments) == environments
    monkeypatch.setenv("GROUNDWAY_UNPROTECT", "prod")
    lifted = {e.name: e for e in unprotected(environments)}
    assert {name for name, e in lifted.items() if e.protection} == protected - {"prod"}
    assert not lifted["prod"].online_table.deletion_protection


@pytest.mark.parametrize("word", ["staging", "production", "true", "prod "])
def test_a_word_that_names_nothing_that_is_synthesized_is_refused(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWAY_ENVIRONMENT", "prod")
    monkeypatch.setenv("GROUNDWAY_UNPROTECT", word)
    with pytest.raises(InvalidInput, match=f"GROUNDWAY_UNPROTECT is '{word}'.*must be: prod"):
        unprotected(wanted(CHECKOUT))
