"""What was spent, by any dimensions: the plainest of reports, and the pattern of the others."""

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "spend", "Spend"


def report(mart: Mart, question: Question) -> Report:
    """A row for each combination that was charged, the dearest first; with `top`, the rest as one row."""
    condition, values = question.condition()
    keys = ", ".join(question.columns)
    with mart.connect() as db:
        whole = question.whole(mart, db)
        found = db.execute(
            f"SELECT {keys}, sum({question.metric}) AS amount FROM charges WHERE {condition} "
            f"GROUP BY {keys} ORDER BY amount DESC, {keys} NULLS LAST",
            values,
        ).fetchall()
    rows = [(*map(called, group), amount) for *group, amount in found]
    shown, rest = (rows, []) if question.top is None else (rows[: question.top], rows[question.top :])
    if rest:
        shown = [*shown, (*[f"{len(rest)} others"] + [""] * (len(question.by) - 1), sum(r[-1] for r in rest))]
    return Report(
        name=NAME,
        title=f"{TITLE} by {', '.join(question.by)}",
        period=question.period,
        columns=(
            *(Column(name.replace("-", " ")) for name in question.by),
            Column("spend", "usd"),
            Column("of all", "share"),
        ),
        rows=tuple((*row, float(row[-1] / whole) if whole else None) for row in shown),
        sums="spend",
        total=whole,
        chart=Chart(
            "bar",
            question.by[0].replace("-", " "),
            "spend",
            question.by[1].replace("-", " ") if len(question.by) > 1 else None,
        ),
    )
