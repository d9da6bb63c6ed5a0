"""How far apart two samples of one variable are: population stability index, Jensen-Shannon, Kullback-Leibler.

Both samples are counted in bins that the reference sets:

- a number: ten bins between the reference's deciles, or one a value where it has ten values or fewer; what lies below
  its least and above its greatest value has a bin each, and so have missing values (null, NaN);
- a category: one bin for each of the reference's fifty most frequent values, one for all others, known or new, and one
  for missing values (null and the empty string, which is what the model is given for a missing string).

Bins that are empty in both samples do not count. With p the reference's and q the current shares:

- psi = sum (q - p) ln(q / p), and kl = sum q ln(q / p) in nats, that is KL(current || reference). Neither exists where
  a share is 0, so half a count is added to every bin of both samples (Jeffreys' prior), which weighs less the larger
  they are. For samples of n and m rows from ONE distribution psi is about (bins - 1)(1/n + 1/m), not 0.
- js = the square root of the divergence with logarithms to base 2: a metric, 0 (same) to 1 (disjoint). Not smoothed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

BINS = 10
CATEGORIES = 50
PRIOR = 0.5

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Distances:
    psi: float
    js: float
    kl: float


def compare(reference: pl.Series, current: pl.Series, *, categorical: bool) -> Distances:
    """The distances between two samples. Neither may be empty."""
    if not len(reference) or not len(current):
        raise ValueError("an empty sample has no distribution")
    count = _categories if categorical else _numbers
    return distances(*count(reference, current))


def distances(reference: Array, current: Array) -> Distances:
    """The distances between two arrays of counts over the same bins."""
    used = (reference + current) > 0
    a, b = reference[used].astype(float), current[used].astype(float)
    p, q = (x + PRIOR for x in (a, b))
    p, q = p / p.sum(), q / q.sum()
    ratio = np.log(q / p)
    # Rounding can leave a sum of positive and negative parts a hair below 0.
    return Distances(
        psi=float(((q - p) * ratio).sum()),
        js=_jensen_shannon(a / a.sum(), b / b.sum()),
        kl=max(0.0, float((q * ratio).sum())),
    )


def _jensen_shannon(p: Array, q: Array) -> float:
    middle = (p + q) / 2

    def divergence(x: Array) -> float:
        some = x > 0
        return float((x[some] * np.log2(x[some] / middle[some])).sum())

    return float(np.sqrt(min(1.0, max(0.0, (divergence(p) + divergence(q)) / 2))))


def _numbers(reference: pl.Series, current: pl.Series) -> tuple[Array, Array]:
    values = _floats(reference)
    known = values[~np.isnan(values)]
    if not len(known):
        return tuple(_present(_floats(s)) for s in (reference, current))  # type: ignore[return-value]  # two of them
    edges, low, high = _edges(known), known.min(), known.max()
    return _histogram(values, edges, low, high), _histogram(_floats(current), edges, low, high)


def _edges(known: Array) -> Array:
    """Upper bounds, inclusive, of all bins but the last."""
    distinct = np.unique(known)
    if len(distinct) <= BINS:
        return distinct[:-1]
    # Deciles that are values of the sample: interpolated ones would depend on rounding where values repeat.
    return np.unique(np.quantile(known, np.arange(1, BINS) / BINS, method="inverted_cdf"))


def _histogram(values: Array, edges: Array, low: float, high: float) -> Array:
    known = values[~np.isnan(values)]
    inside = known[(known >= low) & (known <= high)]
    counts = np.bincount(np.searchsorted(edges, inside), minlength=len(edges) + 1)
    outside = [(known < low).sum(), (known > high).sum(), len(values) - len(known)]
    return np.concatenate([counts, outside])


def _present(values: Array) -> Array:
    missing = int(np.isnan(values).sum())
    return np.array([len(values) - missing, missing])


def _floats(series: pl.Series) -> Array:
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _categories(reference: pl.Series, current: pl.Series) -> tuple[Array, Array]:
    a, b = _counts(reference), _counts(current)
    frequent = sorted((k for k in a if k), key=lambda k: (-a[k], k))[:CATEGORIES]

    def binned(counts: dict[str, int]) -> Array:
        named = [counts.get(k, 0) for k in frequent]
        missing = counts.get("", 0)
        return np.array([*named, sum(counts.values()) - sum(named) - missing, missing])

    return binned(a), binned(b)


def _counts(series: pl.Series) -> dict[str, int]:
    values = series.cast(pl.String).fill_null("").rename("value")
    return dict(values.value_counts(name="count").iter_rows())
