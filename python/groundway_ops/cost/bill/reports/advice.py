"""Advice that saves money, with its arithmetic; no charge is saved twice."""

from collections.abc import Mapping
from decimal import Decimal

from groundway import environment
from groundway.environment import Environment
from groundway.errors import InvalidInput
from groundway_ops.cost import price_book
from groundway_ops.cost.amounts import usd
from groundway_ops.cost.bill.advice import Advice, Scene, Unjudged, advise
from groundway_ops.cost.bill.advice.ledger import Ledger, settle
from groundway_ops.cost.bill.advice.record import some
from groundway_ops.cost.bill.advice.scene import scene
from groundway_ops.cost.bill.advice.thresholds import Thresholds
from groundway_ops.cost.bill.mart import Mart, total
from groundway_ops.cost.bill.reports.question import Question, called
from groundway_ops.cost.bill.reports.record import Chart, Column, Report

NAME, TITLE = "advice", "What could be saved"
COLUMNS = (
    Column("kind"),
    Column("what"),
    Column("team"),
    Column("environment"),
    Column("saving", "usd"),
    Column("arithmetic"),
    Column("sure"),
    Column("how"),
    Column("rests on"),
)


def report(mart: Mart, question: Question, thresholds: Thresholds | None = None) -> Report:
    """A row for each piece of advice, the dearest first; savings are of a month, as the bill shows them."""
    limits = thresholds or Thresholds()
    environments = _environments()
    with scene(mart, question, environments or {}, price_book.load(), limits) as there:
        found = list(advise(there))
        condition, values = question.condition()
        whole = total(there.db, question.metric, f"{condition} AND currency = 'USD'", values)
        advice = [piece for piece in found if isinstance(piece, Advice)]
        ledger = settle(advice, there.spend, whole, there.months, limits.floor)
        notes = [*_reach(there), *(piece.because for piece in found if isinstance(piece, Unjudged))]
        rows = _rows(ledger, there.months, question.top)
    if environments is None:
        notes.append("No checkout was found here: what the environments say was not compared with the bill")
    return Report(
        name=NAME,
        title=f"{TITLE} a month",
        period=question.period,
        columns=COLUMNS,
        rows=rows,
        sums="saving",
        total=sum((monthly for _, monthly in ledger.told), Decimal(0)),
        notes=(*notes, *_left_out(ledger, limits)),
        chart=Chart("bar", "what", "saving", "kind"),
    )


def _rows(ledger: Ledger, months: int, top: int | None) -> tuple[tuple[object, ...], ...]:
    rows = [_row(advice, monthly, months) for advice, monthly in ledger.told]
    shown, rest = (rows, []) if top is None else (rows[:top], ledger.told[top:])
    if rest:
        monthly = sum((saved for _, saved in rest), Decimal(0))
        shown = [*shown, (f"{len(rest)} others", "", "", "", monthly, "", "", "", "")]
    return tuple(shown)


def _row(advice: Advice, monthly: Decimal, months: int) -> tuple[object, ...]:
    spread = f"({advice.arithmetic}) / {months} months" if months > 1 else advice.arithmetic
    return (
        advice.kind,
        advice.what,
        called(advice.team),
        called(advice.environment),
        monthly,
        f"{spread} = {monthly}",
        advice.sure,
        advice.how,
        advice.rests_on,
    )


def _environments() -> Mapping[str, Environment] | None:
    """None outside of a checkout; what is wrong in one is an error as everywhere."""
    try:
        root = environment.checkout()
    except InvalidInput:
        return None
    return environment.load_all(root)


def _reach(there: Scene) -> list[str]:
    """What savings are of: nothing is scaled up from days that the bill does not have yet."""
    condition, values = there.question.condition()
    last = there.ask(f"SELECT max(day) AS day FROM charges WHERE {condition}", *values)[0].day
    notes = [] if last is None or last >= there.days[1] else [f"The bill reaches to {last}: savings are of these days"]
    foreign = there.ask(f"SELECT DISTINCT currency AS it FROM charges WHERE {condition} AND currency <> 'USD'", *values)
    return notes + [f"Charges in {row.it} were not looked at: prices are in USD" for row in foreign]


def _left_out(ledger: Ledger, limits: Thresholds) -> list[str]:
    notes = []
    if ledger.rivals:
        notes.append(f"{some(len(ledger.rivals), 'more piece')} of advice on charges that are counted above already")
    if ledger.small:
        notes.append(f"{some(len(ledger.small), 'piece')} of advice below {usd(limits.floor)} a month")
    if ledger.beyond:
        notes.append(f"{some(len(ledger.beyond), 'piece')} of advice left out: credits and corrections pay already")
    return notes
