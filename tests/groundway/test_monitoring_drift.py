"""The measures: examples worked out by hand, and what must hold for any samples."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from groundway.monitoring.drift import CATEGORIES, compare, distances

NUMBERS = st.lists(st.none() | st.just(math.nan) | st.floats(-1e6, 1e6) | st.integers(0, 5).map(float), min_size=1)
WORDS = st.lists(st.none() | st.sampled_from(["", "a", "b", "c", "d"]), min_size=1)


def numbers(*values: float | None) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64, strict=False)


def words(*values: str | None) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def test_two_categories_by_hand() -> None:
    # Counts 3, 1 against 1, 3. With half a count each: p = (.7, .3), q = (.3, .7).
    found = compare(words("a", "a", "a", "b"), words("a", "b", "b", "b"), categorical=True)
    assert found.psi == pytest.approx(2 * 0.4 * math.log(7 / 3))
    assert found.kl == pytest.approx(0.3 * math.log(3 / 7) + 0.7 * math.log(7 / 3))
    # Unsmoothed: p = (3/4, 1/4), middle (1/2, 1/2); the divergence is 1 - H(1/4) bits.
    entropy = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    assert found.js == pytest.approx(math.sqrt(1 - entropy))


def test_numbers_of_few_values_by_hand() -> None:
    # One bin a value: 0, 1; nothing else occurs. Counts 2, 2 against 0, 4: p = (.5, .5), q = (.1, .9).
    found = compare(numbers(0, 0, 1, 1), numbers(1, 1, 1, 1), categorical=False)
    assert found.psi == pytest.approx(-0.4 * math.log(0.2) + 0.4 * math.log(1.8))


def test_deciles_by_hand() -> None:
    reference = numbers(*range(1, 101))  # ten a bin, with bounds 10, 20, ...
    shifted = numbers(*range(51, 151))  # none in five bins, ten in each of five, fifty above all
    found = distances(np.array([10] * 10 + [0]), np.array([0] * 5 + [10] * 5 + [50]))
    assert compare(reference, shifted, categorical=False) == found
    assert found.psi > 2


@pytest.mark.parametrize(
    ("reference", "current"),
    [
        (numbers(0, 0, 0, 0), numbers(0, 0, -5, 0)),  # below a constant: no quantile lies there
        (numbers(0, 0, 0, 0), numbers(0, 0, 5, 0)),
        (numbers(1, 2, 3, 4), numbers(1, 2, 3, None)),
        (numbers(1, 2, 3, 4), numbers(1, 2, 3, math.nan)),
        (numbers(None, None), numbers(None, 1)),
        (numbers(*range(100)), numbers(*range(99), math.inf)),
    ],
)
def test_values_that_the_reference_does_not_have_are_seen(reference: pl.Series, current: pl.Series) -> None:
    assert compare(reference, current, categorical=False).js > 0


@pytest.mark.parametrize("new", ["z", "", None])
def test_new_and_missing_categories_are_seen(new: str | None) -> None:
    assert compare(words("a", "b"), words("a", new), categorical=True).js > 0


def test_rare_categories_share_a_bin_with_new_ones() -> None:
    many = [f"c{i:03}" for i in range(CATEGORIES) for _ in range(3)]
    assert compare(words(*many, "rare"), words(*many, "new"), categorical=True).psi == 0


def test_null_and_nan_are_the_same_bin_and_so_are_null_and_the_empty_string() -> None:
    assert compare(numbers(1, None), numbers(1, math.nan), categorical=False).js == 0
    assert compare(words("a", None), words("a", ""), categorical=True).js == 0


def test_an_empty_sample_is_no_sample() -> None:
    with pytest.raises(ValueError, match="empty"):
        compare(numbers(), numbers(1), categorical=False)


def test_psi_of_the_same_distribution_is_about_what_the_docstring_says() -> None:
    rng = np.random.default_rng(0)
    found = [
        compare(numbers(*rng.normal(size=1000)), numbers(*rng.normal(size=2000)), categorical=False).psi
        for _ in range(40)
    ]
    assert np.mean(found) == pytest.approx(9 * (1 / 1000 + 1 / 2000), rel=0.25)


def _same(sample: list, categorical: bool) -> None:
    series = words(*sample) if categorical else numbers(*sample)
    found = compare(series, series, categorical=categorical)
    assert (found.psi, found.js, found.kl) == (0, 0, 0)


@given(NUMBERS)
def test_a_sample_of_numbers_is_no_distance_from_itself(sample: list) -> None:
    _same(sample, False)


@given(WORDS)
def test_a_sample_of_categories_is_no_distance_from_itself(sample: list) -> None:
    _same(sample, True)


@given(NUMBERS, NUMBERS, st.randoms())
def test_distances_are_not_negative_and_do_not_depend_on_order(a: list, b: list, random) -> None:
    found = compare(numbers(*a), numbers(*b), categorical=False)
    assert found.psi >= 0
    assert 0 <= found.js <= 1
    assert found.kl >= 0
    random.shuffle(a)
    random.shuffle(b)
    assert compare(numbers(*a), numbers(*b), categorical=False) == found


COUNTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=2, max_size=20)
SOME = COUNTS.filter(lambda c: sum(a for a, _ in c) > 0 and sum(b for _, b in c) > 0)


@given(SOME)
def test_over_the_same_bins_js_and_psi_are_symmetric(counts: list[tuple[int, int]]) -> None:
    a, b = (np.array(x) for x in zip(*counts, strict=True))
    assert distances(a, b).js == pytest.approx(distances(b, a).js, abs=1e-12)
    assert distances(a, b).psi == pytest.approx(distances(b, a).psi, abs=1e-12)


@given(SOME)
def test_js_is_scipys(counts: list[tuple[int, int]]) -> None:
    a, b = (np.array(x) for x in zip(*counts, strict=True))
    expected = jensenshannon(a / a.sum(), b / b.sum(), base=2)
    assert distances(a, b).js == pytest.approx(0 if math.isnan(expected) else expected, abs=1e-7)
