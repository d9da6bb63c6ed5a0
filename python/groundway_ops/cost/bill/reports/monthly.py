"""What is read together: a month, ready to send, and the short overview."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from groundway.errors import GroundwayError
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import NAMES, make
from groundway_ops.cost.bill.reports.against import BEFORE, against
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Document, Figure, Report

DOCUMENTS: Mapping[str, str] = {
    "overview": "What was spent, and by whom; without a name, it is this",
    "monthly": "Everything of a month, ready to send",
}
# The order in which a month is read; what is not named here comes last.
ORDER = (
    "budget", "forecast", "anomalies", "movers", "units", "gpu", "kubernetes", "tags", "allocation", "advice",
)  # fmt: skip
SHORT = ("budget", "anomalies")
SPENT = {"overview": ("team", "service"), "monthly": ("team", "model", "service")}


def titles() -> dict[str, str]:
    """Name -> one line, of all that can be asked for."""
    package = __name__.rpartition(".")[0]
    return {**DOCUMENTS, **{name: importlib.import_module(f"{package}.{name}").TITLE for name in NAMES}}


def document(name: str, mart: Mart, question: Question) -> Document:
    """The document or the one report of that name. Raises `InvalidInput` as `make` does."""
    if name in DOCUMENTS:
        until = _until(mart, question)
        reports = tuple(_sections(name, mart, question, until))
        title = "Cost report" if name == "monthly" else "Cost overview"
        figures = _figures(reports, _before(question), until)
    else:
        reports = (make(name, mart, question),)
        title, figures = reports[0].title, ()
    made = _sources(mart, question)
    return Document(
        title=title,
        reports=reports,
        notes=tuple(_told(made)),
        period=question.period,
        metric=question.metric,
        simulated=any(facts.get("simulated") is True for facts in made.values()),
        figures=figures,
    )


def _sections(name: str, mart: Mart, question: Question, until: date | None) -> Iterator[Report]:
    """First of all spend, which must be there; of the others, what cannot be made says why."""
    for by in SPENT[name]:
        yield _spend(by, mart, question, until)
    others = [other for other in NAMES if other != "spend"]
    ordered = sorted(others, key=lambda other: ORDER.index(other) if other in ORDER else len(ORDER))
    for other in ordered:
        if name == "monthly" or other in SHORT:
            yield _whatever(other, mart, question)


def _spend(by: str, mart: Mart, question: Question, until: date | None) -> Report:
    asked = replace(question, by=(by,), top=None)
    earlier = _before(question)
    there = any(earlier.first <= month <= earlier.last for month in mart.periods())
    before = make("spend", mart, replace(asked, first=earlier.first, last=earlier.last)) if there else None
    return replace(against(make("spend", mart, asked), before, question.top, until), name=f"spend-by-{by}")


def _before(question: Question) -> Question:
    """As many months, just before."""
    first, last = _index(question.first), _index(question.last)
    start = first - (last - first + 1)
    return replace(question, first=_first_day(start), last=_first_day(first - 1))


def _index(month: date) -> int:
    return month.year * 12 + month.month - 1


def _first_day(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _whatever(name: str, mart: Mart, question: Question) -> Report:
    try:
        return make(name, mart, question)
    except GroundwayError as e:
        return Report(name, titles()[name], question.period, columns=(), rows=(), notes=(e.message,))


def _figures(reports: tuple[Report, ...], earlier: Question, until: date | None) -> tuple[Figure, ...]:
    spent = reports[0]
    if BEFORE not in [column.name for column in spent.columns]:
        return (Figure("spend", spent.total),)
    before = sum(spent.column(BEFORE))
    whole = before and spent.total is not None and until is None
    change = [Figure("change", float((spent.total - before) / before), "share")] if whole else []
    return (Figure("spend", spent.total), Figure(f"spend in {earlier.period}", before), *change)


def _until(mart: Mart, question: Question) -> date | None:
    """The last day that is charged; `None` if it is the last of the months."""
    condition, values = question.condition()
    with mart.connect() as db:
        found = db.execute(f"SELECT max(day) FROM charges WHERE {condition}", values).fetchone()
    last = found[0] if found else None
    end = _first_day(_index(question.last) + 1) - timedelta(days=1)
    return last if last and last < end else None


def _sources(mart: Mart, question: Question) -> dict[str, dict[str, Any]]:
    """What each file of the months says that it was made of, by its place in the mart."""
    tables = ("charges", "runs", "predictions", "gpus", "pods")
    first, last = f"{question.first:%Y-%m}", f"{question.last:%Y-%m}"
    files = [file for table in tables for file in mart.files(table) if first <= file.stem <= last]
    return {str(file.relative_to(mart.folder).with_suffix("")): said for file, said in mart.facts(*files).items()}


def _told(sources: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, facts in sources.items():
        said = [f"{facts['rows']:,} rows"] if "rows" in facts else []
        if "source" in facts:
            said.append(f"from {facts['source']}")
        if "at" in facts:
            said.append(f"read {str(facts['at'])[:10]}")
        yield f"{name}: {', '.join(said)}" + (" (simulated)" if facts.get("simulated") is True else "")
