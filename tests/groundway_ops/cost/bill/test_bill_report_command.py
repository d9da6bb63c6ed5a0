"""`groundway cost report`: what may be asked, where it is written to, and how it says no."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from small_bill import charge, mart_of

from groundway_ops.cost.bill.formats import ENDINGS
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import NAMES
from groundway_ops.cost.bill.reports.monthly import DOCUMENTS
from groundway_ops.cost.commands.report import report


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Mart:
    days = [date(2026, month, day) for month in (9, 10) for day in range(1, 31)]
    return mart_of(
        tmp_path_factory.mktemp("mart"),
        [
            *(charge(day=day, effective="2.5", billed="2", list="4") for day in days),
            *(charge({"team": "other"}, day=day, effective="0.5", service="Amazon S3") for day in days[30:]),
            charge({}, day=date(2026, 10, 31), effective="3"),
        ],
    )


@pytest.fixture
def ask(mart: Mart):
    def asked(*arguments: str | Path) -> Result:
        return CliRunner().invoke(report, ["--mart", str(mart.folder), *map(str, arguments)])

    return asked


def told(ask, *arguments: str) -> dict:
    done = ask(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_without_a_name_it_is_the_overview(ask) -> None:
    assert [r["name"] for r in told(ask)["reports"]][:2] == ["spend-by-team", "spend-by-service"]
    overview = ask()
    assert overview.exit_code == 0
    assert "Cost overview, 2026-10" in overview.stdout
    assert re.search(r"^all +\$93.00", overview.stdout, re.M)


def test_the_month_is_set_against_the_one_before(ask) -> None:
    document = told(ask, "monthly")
    by_team = document["reports"][0]
    assert {row["team"]: (row["spend"], row["before"], row["change"]) for row in by_team["rows"]} == {
        "demand": ("75.00", "75.00", "0.00"),
        "other": ("15.00", "0.00", "15.00"),
        "(none)": ("3.00", "0.00", "3.00"),
    }
    assert document["figures"] == [
        {"name": "spend", "value": "93.00", "kind": "usd"},
        {"name": "spend in 2026-09", "value": "75.00", "kind": "usd"},
        {"name": "change", "value": 0.24, "kind": "share"},
    ]
    assert "$75.00 in all. The change is +$18.00 (+24.0 %)." in by_team["notes"][-1]


def test_a_part_of_a_month_is_not_set_against_the_whole_of_another(ask, tmp_path: Path) -> None:
    part = mart_of(tmp_path, [charge(day=date(2026, month, 3)) for month in (9, 10)])
    document = json.loads(CliRunner().invoke(report, ["--mart", str(part.folder), "--json"]).stdout)
    assert [figure["name"] for figure in document["figures"]] == ["spend", "spend in 2026-09"]
    assert "The bill reaches to 2026-10-03 only" in document["reports"][0]["notes"][-1]
    assert "change" in [figure["name"] for figure in told(ask)["figures"]]


def test_what_is_gone_is_shown_and_the_rest_is_one_row(ask) -> None:
    both = told(ask, "monthly", "--from", "2026-09", "--top", "1")["reports"][0]
    assert "no charges of the months before" in both["notes"][-1]
    rows = told(ask, "monthly", "--top", "1")["reports"][0]["rows"]
    assert [(row["team"], row["spend"]) for row in rows] == [("demand", "75.00"), ("2 others", "18.00")]


def test_every_report_is_in_the_month_and_what_cannot_be_made_says_why(ask) -> None:
    document = told(ask, "monthly")
    names = [r["name"] for r in document["reports"]]
    assert names[:3] == ["spend-by-team", "spend-by-model", "spend-by-service"]
    assert sorted(names[3:]) == sorted(set(NAMES) - {"spend"})
    silent = [r for r in document["reports"] if not r["rows"]]
    assert all(r["notes"] for r in silent)


def test_a_team_that_is_gone_is_there_with_what_it_was(tmp_path: Path) -> None:
    days = [charge({"team": "gone"}, day=date(2026, 9, 1), effective=7), charge(day=date(2026, 10, 31), effective=1)]
    left = mart_of(tmp_path, days)
    document = json.loads(CliRunner().invoke(report, ["--mart", str(left.folder), "--json"]).stdout)
    assert {row["team"]: (row["spend"], row["change"]) for row in document["reports"][0]["rows"]} == {
        "demand": ("1.00", "1.00"),
        "gone": ("0.00", "-7.00"),
    }


def test_what_a_report_refuses_is_told_in_its_place(ask) -> None:
    alone = ask("budget", "--by", "service")
    assert alone.exit_code == 2
    [budget] = [r for r in told(ask, "monthly", "--by", "service")["reports"] if r["name"] == "budget"]
    assert budget["rows"] == []
    assert f"Error: {budget['notes'][0]}" in " ".join(alone.stderr.split())


def test_by_where_metric_and_months(ask) -> None:
    by = told(ask, "spend", "--by", "team, service", "--from", "2026-09", "--to", "2026-10", "--metric", "list")
    assert by["period"] == "2026-09 to 2026-10"
    assert by["metric"] == "list"
    assert by["reports"][0]["total"] == "258.00"
    only = told(ask, "spend", "--where", "team=other", "--where", "service=Amazon S3")
    assert only["reports"][0]["total"] == "15.00"
    assert told(ask, "spend", "--where", "team=(none)")["reports"][0]["total"] == "3.00"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "'nonsense' is no report; there are overview, monthly, spend"),
        (["--by", "colour"], "'colour' is nothing to group by; there are team"),
        (["--where", "team"], "--where 'team': write what and which, such as --where team=demand"),
        (["--where", "team=a", "--where", "team=b"], "--where team is given twice"),
        (["--from", "october"], "'october' is no month; write 2026-11"),
        (["--from", "2031-01"], "no charges of 2031-01 to 2031-01; there are 2026-09, 2026-10"),
        (["--top", "0"], "0 is not in the range"),
        (["--metric", "net"], "'net' is not one of"),
        (["--format", "csv"], "a file of csv holds one table"),
        (["--output", "report.docx"], "say --format, or end its name with one of .txt, .json"),
        (["--mart", "nowhere"], "holds no bill: read one with `groundway cost ingest SOURCE`"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_named(ask, arguments: list[str], says: str) -> None:
    done = ask(*arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_currencies_are_kept_apart(tmp_path: Path) -> None:
    both = mart_of(tmp_path, [charge(effective=4), charge(effective=5, currency="EUR")])
    refused = CliRunner().invoke(report, ["--mart", str(both.folder)])
    assert refused.exit_code == 2
    assert "in EUR and USD, which do not add up: ask for one, with --where currency=EUR" in refused.stderr
    for currency, amount in {"EUR": "EUR 5.00", "USD": "$4.00"}.items():
        one = CliRunner().invoke(report, ["--mart", str(both.folder), "--where", f"currency={currency}"])
        assert f"spend: {amount}\n" in one.stdout


@pytest.mark.parametrize("kind", ENDINGS)
def test_the_ending_of_the_output_says_the_format(ask, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "new" / f"spend{ENDINGS[kind]}"
    done = ask("spend", "--output", file)
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    piped = ask("spend", "--format", kind)
    assert file.read_bytes() == piped.stdout_bytes
    assert list(file.parent.iterdir()) == [file]  # nothing half-written beside it


def test_a_format_of_one_table_has_a_file_for_each_report(ask, tmp_path: Path) -> None:
    assert ask("monthly", "--format", "csv", "--output", tmp_path / "month").exit_code == 0
    files = sorted(file.name for file in (tmp_path / "month").iterdir())
    assert {"spend-by-team.csv", "spend-by-model.csv", *(f"{name}.csv" for name in NAMES if name != "spend")} <= {
        *files
    }
    text = (tmp_path / "month" / "spend-by-team.csv").read_text()
    assert sum(Decimal(row["spend (USD)"]) for row in csv.DictReader(io.StringIO(text))) == 93


def test_what_cannot_be_written_leaves_what_was_there(ask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    for output in (tmp_path, tmp_path / "file" / "spend.csv"):
        done = ask("spend", "--format", "csv", "--output", output)
        assert done.exit_code == 2, done.output
        assert f"{output} cannot be written" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "before"


def test_who_reads_while_it_is_written_reads_the_old_or_the_new(ask, tmp_path: Path) -> None:
    file = tmp_path / "cost.prom"
    file.write_text("old")
    with file.open() as reader:
        assert ask("spend", "--output", file).exit_code == 0
        assert reader.read() == "old"
    assert file.read_text().startswith("# HELP")


def test_prometheus_has_as_many_series_as_are_asked_for(ask) -> None:
    text = ask("spend", "--by", "day", "--format", "prometheus", "--top", "3").stdout
    assert len(re.findall(r"^groundway_cost_usd\{", text, re.M)) == 4
    assert '{report="spend",amount="spend",day="28 others"}' in text


def test_help_lists_the_reports(ask) -> None:
    text = ask("--help").stdout
    for name in (*DOCUMENTS, *NAMES):
        assert re.search(rf"^  {name} +\w", text, re.M), name
    assert "Example: groundway cost report" in text


def test_help_of_the_group_is_fast() -> None:
    """What takes long to import is imported by who needs it."""
    slow = ("duckdb", "altair", "pyarrow", "rich")
    code = f"import sys, groundway_ops.cost; print([m for m in {slow} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_simulated_bills_say_so(tmp_path: Path) -> None:
    import duckdb

    made = mart_of(tmp_path, [charge(effective=4)])
    [file] = made.files("charges")
    quiet = CliRunner().invoke(report, ["--mart", str(made.folder)])
    with duckdb.connect() as db:
        db.execute(
            f"COPY (SELECT * FROM '{file}') TO '{file}.new' (FORMAT parquet, KV_METADATA {{groundway: "
            '\'{"rows": 1, "simulated": true, "source": "the demo"}\'})'
        )
    Path(f"{file}.new").rename(file)
    for kind in ("terminal", "markdown", "html"):
        loud = CliRunner().invoke(report, ["--mart", str(made.folder), "--format", kind]).stdout
        assert "nobody was billed for this" in loud
        assert "from the demo" in loud
    assert "nobody was billed" not in quiet.stdout
    assert json.loads(CliRunner().invoke(report, ["--mart", str(made.folder), "--json"]).stdout)["simulated"] is True


def on_terminal(mart: Mart, *arguments: str, **variables: str) -> tuple[int, str]:
    """What somebody in front of a terminal sees."""
    pid, terminal = pty.fork()
    if pid == 0:
        command = [sys.executable, "-m", "groundway.cli", "cost", "report", "--mart", str(mart.folder), *arguments]
        code = "import sys; from groundway.cli import main; sys.argv[0] = 'groundway'; main()"
        os.execve(
            sys.executable, [sys.executable, "-c", code, *command[3:]], {**os.environ, "TERM": "xterm", **variables}
        )
    said = b""
    try:
        while part := os.read(terminal, 65536):
            said += part
    except OSError:  # the other side has gone
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


def test_colour_is_for_terminals(mart: Mart, ask) -> None:
    assert "\x1b[1m" in on_terminal(mart, "spend")[1]
    assert "\x1b[" not in on_terminal(mart, "spend", NO_COLOR="1")[1]
    assert "\x1b[" not in ask("spend").stdout


def test_bytes_are_not_for_terminals(mart: Mart, ask) -> None:
    code, said = on_terminal(mart, "spend", "--format", "parquet")
    assert code == 2
    assert "parquet is nothing to look at: give --output FILE, or a pipe" in said
    piped = ask("spend", "--format", "parquet")
    assert sum(pq.read_table(io.BytesIO(piped.stdout_bytes)).column("spend").to_pylist()) == 93
