"""Every report in every format: what it adds up to is in it, to the cent, and what is in the mart does no harm."""

import csv
import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import bill_tables
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import whole_bill
from prometheus_client.parser import text_string_to_metric_families
from small_bill import charge, mart_of

from groundway_ops.cost.amounts import CENT
from groundway_ops.cost.bill.formats import BINARY, ENDINGS, ONE_TABLE, cells, prometheus, render
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import NAMES, make
from groundway_ops.cost.bill.reports.monthly import document
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Column, Document, Report

OCTOBER = sum(
    (row["effective"] for row in whole_bill.charges() if row["period"] == date(2026, 10, 1)), Decimal(0)
)  # counted without the mart
PARTIAL = {"advice", "anomalies", "budget", "gpu", "kubernetes", "movers", "units"}  # of some charges, or of none


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Mart:
    return whole_bill.whole(tmp_path_factory.mktemp("mart"))


@pytest.fixture(scope="module")
def made(mart: Mart):
    """Name -> the document of that one report."""
    return cache(lambda name: document(name, mart, Question.of(mart, "2026-10")))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@pytest.mark.parametrize("name", NAMES)
def test_a_report_of_all_charges_adds_up_to_all_charges(made, name: str) -> None:
    [report] = made(name).reports
    assert report.rows, "the bill of the tests has something for every report"
    if name not in PARTIAL:
        assert report.total == OCTOBER


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_every_report_in_every_format(made, name: str, kind: str) -> None:
    [report] = made(name).reports
    content = render(kind, made(name))
    assert isinstance(content, bytes) is (kind in BINARY)
    if report.total is not None:
        assert cents(bill_tables.total(kind, content, report)) == cents(report.total)
    if kind in ("markdown", "html"):
        page = bill_tables.markdown(str(content)) if kind == "markdown" else bill_tables.Page(str(content))
        shown = [" ".join(cell.split()) for row in page.tables[0][1:] for cell in row]
        wanted = [" ".join(cell.split()) for row in cells.rows(report) for cell in row]
        assert shown[: len(wanted)] == [text.replace("@", "@\u200b") if kind == "markdown" else text for text in wanted]


def test_a_total_that_is_wrong_by_a_cent_is_noticed(made) -> None:
    """What the test above relies on, in each format."""
    [report] = made("spend").reports
    first, *others = report.rows
    dearer = (*first[:-2], first[-2] + CENT, first[-1])
    wrong = replace(report, total=report.total + CENT, rows=(dearer, *others))
    for kind in ENDINGS:
        content = render(kind, replace(made("spend"), reports=(wrong,)))
        assert cents(bill_tables.total(kind, content, wrong)) == cents(OCTOBER + CENT)


HOSTILE = (
    "=cmd|'/C calc'!A1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\x0b=1", "\u3000=1", "a;=1",
    'say "hi", they', "a|b\\c",
    "one\ntwo", "<script>document.title='hacked'</script>", "</script><img src=x onerror=document.title='hacked'>",
    "[x](javascript:alert(1))", "@everyone", "`code` **bold** _it_", "{{ 7*7 }}", "\x1b[31mred\x07",
    "abc\u202egnp.exe", 'quote"} 1\nfake_metric 1', "\\", "x" * 300,
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Document:
    rows = [charge({"team": text, "model": text}, effective=10 + n) for n, text in enumerate(HOSTILE)]
    bad = mart_of(tmp_path_factory.mktemp("hostile"), rows)
    return document("spend", bad, Question.of(bad, by=("team", "model")))


def test_a_spreadsheet_runs_nothing(hostile: Document) -> None:
    text = render("csv", hostile)
    rows = list(csv.reader(io.StringIO(str(text), newline=""), strict=True))
    assert len(rows) == len(HOSTILE) + 1
    for row in rows[1:]:
        assert len(row) == 4
        for cell in row[:2]:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell
            assert cell.isprintable()
        Decimal(row[2])
    assert {"'=cmd|'/C calc'!A1", "a|b\\c", "a;=1", 'say "hi", they'} <= {row[0] for row in rows}


def test_an_amount_below_nothing_is_still_a_number(tmp_path: Path) -> None:
    mart = mart_of(tmp_path, [charge(effective="-0.0000001"), charge({"team": "b"}, effective="12E+2")])
    assert '"b",1200.00,' in str(render("csv", document("spend", mart, Question.of(mart))))
    assert '"demand",-0.0000001,' in str(render("csv", document("spend", mart, Question.of(mart))))


@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_a_page_shows_text_as_text(hostile: Document, kind: str) -> None:
    text = str(render(kind, hostile))
    read = bill_tables.markdown if kind == "markdown" else bill_tables.Page
    page, harmless = read(text), read(str(render(kind, _tame(hostile))))
    assert page.tags == harmless.tags  # no element more, none less
    assert page.attributes == harmless.attributes
    shown = {row[0].replace("\u200b", "") for row in page.tables[0][1:-1]}
    assert shown == {cells.line(text) for text in HOSTILE}


def _tame(document: Document) -> Document:
    [report] = document.reports
    rows = tuple((f"team {n}", f"model {n}", *row[2:]) for n, row in enumerate(report.rows))
    return replace(document, reports=(replace(report, rows=rows),))


def test_programs_get_what_is_in_the_mart(hostile: Document) -> None:
    [told] = json.loads(render("json", hostile))["reports"]
    assert {row["team"] for row in told["rows"]} == set(HOSTILE)
    table = pq.read_table(io.BytesIO(render("parquet", hostile)))  # type: ignore[arg-type]
    assert set(table.column("team").to_pylist()) == set(HOSTILE)


def test_prometheus_reads_labels_as_they_are(hostile: Document) -> None:
    samples = _samples(str(render("prometheus", hostile)))
    spent = [s for s in samples if s.name == "groundway_cost_usd"]
    assert {s.labels["team"] for s in spent} == {cells.line(text)[: prometheus.LONGEST] for text in HOSTILE}
    assert {s.name for s in samples} == {
        "groundway_cost_report_info", "groundway_cost_total_usd", "groundway_cost_usd", "groundway_cost_ratio",
    }  # fmt: skip


def test_a_terminal_is_not_steered(hostile: Document) -> None:
    text = str(render("terminal", hostile))
    assert all(line.isprintable() for line in text.splitlines())
    assert text.count("\n") >= len(HOSTILE) + 3


def _samples(text: str) -> list:
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def _promtool() -> str | None:
    beside = Path(__file__).parents[4] / ".venv-cdktn" / "bin"
    return shutil.which("promtool") or shutil.which("promtool", path=beside)


@pytest.mark.skipif(_promtool() is None, reason="there is no promtool (Debian's package: prometheus)")
def test_prometheus_itself_finds_nothing_wrong(made, hostile: Document) -> None:
    for told in (hostile, *map(made, NAMES)):
        text = str(render("prometheus", told))
        checked = subprocess.run([_promtool(), "check", "metrics"], input=text, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr + checked.stdout
    broken = str(render("prometheus", hostile)).replace("} 1\n", "} one\n", 1)
    assert subprocess.run([_promtool(), "check", "metrics"], input=broken, capture_output=True, text=True).returncode


def test_series_are_bounded_and_nothing_is_lost(mart: Mart) -> None:
    told = document("spend", mart, Question.of(mart, "2026-10", by=("resource", "day")))
    assert len(told.reports[0].rows) > 200
    text = str(render("prometheus", prometheus.bounded(told, 10)))
    spent = [s for s in _samples(text) if s.name == "groundway_cost_usd"]
    assert len(spent) == 11
    assert spent[-1].labels["resource"].endswith(" others")
    assert sum(s.value for s in spent) == pytest.approx(float(OCTOBER), abs=1e-6)


def test_samples_that_would_be_the_same_are_told_apart() -> None:
    rows = tuple((text, Decimal(1)) for text in ("same", "same", "y" * 200 + "1", "y" * 200 + "2"))
    report = Report("x", "X", "2026-10", (Column("reason"), Column("cost", "usd")), rows)
    samples = _samples(str(render("prometheus", Document("X", (report,)))))[1:]
    assert len({tuple(sorted(s.labels.items())) for s in samples}) == 4


def test_decimals_are_decimals_and_days_are_days() -> None:
    columns = (Column("day", "day"), Column("cost", "usd"), Column("rows", "count"), Column("of all", "share"))
    report = Report("x", "X", "2026-10", columns, ((date(2026, 10, 1), Decimal("0.1234567891"), 3, 0.5), (None,) * 4))
    table = pq.read_table(io.BytesIO(render("parquet", Document("X", (report,), simulated=True))))  # type: ignore[arg-type]
    assert table.schema.types == [pa.date32(), pa.decimal128(38, 10), pa.int64(), pa.float64()]
    assert table.to_pylist()[0] == {"day": date(2026, 10, 1), "cost": Decimal("0.1234567891"), "rows": 3, "of all": 0.5}
    assert b'"simulated": true' in table.schema.metadata[b"groundway"]
    empty = replace(report, rows=())
    again = pq.read_table(io.BytesIO(render("parquet", Document("X", (empty,)))))  # type: ignore[arg-type]
    assert again.schema.types == table.schema.types


@pytest.mark.parametrize("kind", [kind for kind in ENDINGS if kind not in ONE_TABLE])
def test_a_report_with_nothing_to_say_says_why(kind: str) -> None:
    silent = Report("gpu", "GPU waste", "2026-10", (), (), notes=("No GPU was measured.",))
    spoken = Report("spend", "Spend", "2026-10", (Column("spend", "usd"),), ((Decimal(1),),), "spend", Decimal(1))
    text = str(render(kind, Document("Month", (silent, spoken), period="2026-10")))
    assert ("No GPU was measured" in text) is (kind != "prometheus")


def test_other_currencies_say_their_name(tmp_path: Path) -> None:
    mart = mart_of(tmp_path, [charge(effective="1234.5", currency="EUR")])
    told = document("spend", mart, Question.of(mart))
    assert "EUR 1,234.50" in str(render("terminal", told))
    assert '"spend (EUR)"' in str(render("csv", told))
    assert "groundway_cost_eur{" in str(render("prometheus", told))
    assert "$" not in str(render("markdown", told))


def test_make_is_what_the_document_shows(mart: Mart) -> None:
    assert document("spend", mart, Question.of(mart)).reports == (make("spend", mart, Question.of(mart)),)
