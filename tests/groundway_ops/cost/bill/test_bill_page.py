"""The page of a month, in a real browser: complete, offline, readable by whoever reads it and however."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import whole_bill
from small_bill import charge, mart_of
from test_bill_formats import HOSTILE, OCTOBER, cents

sys.path.insert(0, str(Path(__file__).parents[2]))
import browser

from groundway_ops.cost.amounts import usd
from groundway_ops.cost.bill.formats import render
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports.monthly import document
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Document

pytestmark = pytest.mark.skipif(browser.BINARY is None, reason="no Chromium on this machine")

# The least contrast of any text on the page, as WCAG 2 reckons it; a background may be translucent.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data] };
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const base = dark ? [18, 18, 18] : [255, 255, 255];
  const behind = e => { const all = [];
    for (; e; e = e.parentElement) all.unshift(rgba(getComputedStyle(e).backgroundColor));
    return all.reduce((under, [r, g, b, a]) => under.map((u, i) => u * (1 - a / 255) + [r, g, b][i] * a / 255), base) };
  const linear = v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = rgb => { const [r, g, b] = rgb.slice(0, 3).map(v => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b };
  return Math.min(...[...document.querySelectorAll('h1,h2,p,li,a,th,td,dt,dd,caption,.chart text')].map(e => {
    const style = getComputedStyle(e), of = e.closest('svg') ? style.fill : style.color;
    const [a, b] = [light(rgba(of)), light(behind(e))].sort((x, y) => y - x);
    return (a + .05) / (b + .05) }));
})()"""


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Document:
    mart = whole_bill.whole(tmp_path_factory.mktemp("mart"))
    return document("monthly", mart, Question.of(mart, "2026-10"))


@pytest.fixture(scope="module")
def file(month: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page") / "month.html"
    made.write_text(str(render("html", month)), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def chromium() -> Iterator[browser.Page]:
    with browser.chromium() as page:
        yield page


@pytest.fixture
def page(chromium: browser.Page) -> Iterator[browser.Page]:
    chromium.problems.clear()
    yield chromium
    chromium.call("Emulation.setEmulatedMedia", media="", features=[])
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)


def drawn(page: browser.Page, month: Document) -> list[str]:
    """The reports that a plot is drawn of."""
    names = [report.name for report in month.reports if report.chart and report.rows]
    for name in names:
        marks = f"#chart-{name} svg .mark-rect path, #chart-{name} svg .mark-line path"
        page.wait(f"document.querySelector('{marks}') !== null")
    return names


@pytest.mark.parametrize("width", [390, 1280])
def test_a_month_is_complete_and_loads_nothing(page: browser.Page, file: Path, month: Document, width: int) -> None:
    page.resize(width, 900)
    page.open(file.as_uri())
    names = drawn(page, month)
    assert names[:3] == ["spend-by-team", "spend-by-model", "spend-by-service"]
    for name in names:
        assert page.evaluate(f"document.querySelector('#chart-{name} svg').getBoundingClientRect().width") > 200
    headings = page.evaluate("[...document.querySelectorAll('section h2')].map(e => e.id)")
    assert headings == [report.name for report in month.reports]
    assert page.evaluate("[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.hash))")
    assert page.evaluate("document.querySelector('.figures dd').innerText") == usd(cents(OCTOBER))
    for report in month.reports[:3]:
        table = f"document.querySelector('section[aria-labelledby={report.name}] table')"
        assert usd(cents(OCTOBER)) in page.evaluate(f"{table}.tFoot.innerText")
        assert page.evaluate(f"{table}.tBodies[0].rows.length") == len(report.rows)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
    assert page.problems == []


@pytest.mark.parametrize(("scheme", "faint"), [("light", "#999"), ("dark", "#555")])
def test_it_can_be_read_in_the_light_and_in_the_dark(
    page: browser.Page, file: Path, month: Document, scheme: str, faint: str
) -> None:
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.open(file.as_uri())
    drawn(page, month)
    assert page.evaluate(CONTRAST) >= 4.5
    page.evaluate(f"document.body.style.color = '{faint}'")  # what the test above relies on
    assert page.evaluate(CONTRAST) < 4.5


def test_whoever_listens_hears_what_a_table_and_a_plot_are(page: browser.Page, file: Path) -> None:
    page.open(file.as_uri())
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    assert page.evaluate("[...document.querySelectorAll('table')].every(t => t.caption && t.caption.innerText)")
    assert page.evaluate("[...document.querySelectorAll('th')].every(t => t.scope)")
    assert page.evaluate("[...document.querySelectorAll('.chart')].every(c => c.role == 'img' && c.ariaLabel)")


def test_without_scripts_every_number_is_there(page: browser.Page, file: Path, month: Document) -> None:
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.open(file.as_uri())
    assert page.evaluate("[...document.querySelectorAll('.chart')].every(c => getComputedStyle(c).display == 'none')")
    assert page.evaluate("document.querySelectorAll('table').length") == sum(bool(r.rows) for r in month.reports)
    assert usd(cents(OCTOBER)) in page.evaluate("document.querySelector('table').innerText")


def test_it_can_be_printed(page: browser.Page, file: Path, month: Document) -> None:
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    page.open(file.as_uri())
    drawn(page, month)
    page.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    ink = "getComputedStyle(document.querySelector('td')).color"
    assert page.evaluate(ink) == "rgb(0, 0, 0)"  # not white on paper
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"


def test_hostile_tags_run_nothing(page: browser.Page, tmp_path: Path) -> None:
    bad = mart_of(tmp_path, [charge({"team": text, "model": text}, effective=9) for text in HOSTILE])
    asked = Question.of(Mart(bad.folder), by=("team", "model"))
    told = document("spend", bad, asked)
    file = tmp_path / "bad.html"
    file.write_text(str(render("html", told)), encoding="utf-8")
    page.open(file.as_uri())
    drawn(page, told)
    assert page.evaluate("document.title").startswith("Spend by team, model")
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    assert page.evaluate("document.querySelector('tbody').rows.length") == len(HOSTILE)
    assert page.problems == []
