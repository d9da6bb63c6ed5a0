"""docs/cost-reports.md tells of every report; docs/finance-tutorial.md is followed to the letter, and is right."""

import gzip
import importlib
import io
import re
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from example_export import files

from groundway_ops.cost.bill.charges import MEANINGS
from groundway_ops.cost.bill.formats import ENDINGS
from groundway_ops.cost.bill.reports import NAMES
from groundway_ops.cost.bill.reports.monthly import DOCUMENTS, SPENT
from groundway_ops.cost.bill.reports.question import DIMENSIONS
from groundway_ops.cost.commands.report import report

ROOT = Path(__file__).parents[4]
sys.path.insert(0, str(ROOT / "tests"))
from recipe import blocks, copy  # noqa: E402

REFERENCE = (ROOT / "docs" / "cost-reports.md").read_text()
TUTORIAL = ROOT / "docs" / "finance-tutorial.md"


def row(name: str) -> str:
    if name in DOCUMENTS:
        return f"| `{name}` | {DOCUMENTS[name]} | {', '.join(SPENT[name])} |"
    module = importlib.import_module(f"groundway_ops.cost.bill.reports.{name}")
    return f"| `{name}` | {module.TITLE} | {', '.join(getattr(module, 'BY', ('team',)))} |"


@pytest.mark.parametrize("name", [*DOCUMENTS, *NAMES])
def test_a_report_is_explained(name: str) -> None:
    assert row(name) in REFERENCE.splitlines()
    assert re.search(rf"^### .*`{name}`.*\n\w", REFERENCE, re.M)


def test_no_report_is_explained_that_there_is_not() -> None:
    assert {*re.findall(r"`(\w+)`", " ".join(re.findall(r"^### .*", REFERENCE, re.M)))} == {*DOCUMENTS, *NAMES}


def test_options_formats_and_dimensions_are_explained() -> None:
    told = " ".join(re.findall(r"^\| `.*", REFERENCE, re.M))
    for option in report.params:
        name = option.opts[0]
        assert name in told or name in ("name", "--json"), name
    for kind, ending in ENDINGS.items():
        assert f"| `{kind}` | `{ending}` |" in REFERENCE
    assert f"group by any of {', '.join(DIMENSIONS)} |" in REFERENCE
    for metric, meaning in MEANINGS.items():
        assert f"`{metric}`: {meaning}" in REFERENCE


def test_the_example_is_what_it_is_made_of() -> None:
    made = dict(files())
    folder = ROOT / "docs" / "examples"
    there = {str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.is_file()}
    assert there == set(made)
    for name, content in made.items():
        kept = (folder / name).read_bytes()
        if name.endswith(".gz"):  # zlib's versions compress differently
            assert gzip.decompress(kept) == gzip.decompress(content)
        elif name.endswith(".parquet"):
            assert pq.read_table(io.BytesIO(kept)).equals(pq.read_table(io.BytesIO(content)))
        elif not name.endswith("Manifest.json"):
            assert kept == content


def promised(page: Path) -> list[tuple[str, list[str]]]:
    """Each command with the lines that the page shows of what it prints, without `...`."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks(page):
        for line in block.text.splitlines() if block.kind == "console" else ():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line != "...":
                found[-1][1].append(line)
    return found


def missing(wanted: list[str], printed: str) -> list[str]:
    """Lines that are not printed, or not in that order. What a line ends with is not compared with spaces."""
    left = [line.rstrip() for line in printed.splitlines()]
    for number, line in enumerate(wanted):
        if line.rstrip() not in left:
            return wanted[number:]
        left = left[left.index(line.rstrip()) + 1 :]
    return []


def test_the_tutorial(tmp_path: Path) -> None:
    with copy(tmp_path) as made:
        shown = 0
        for command, wanted in promised(TUTORIAL):
            printed = made.run(command)
            assert missing(wanted, printed) == [], printed
            shown += len(wanted)
        assert shown > 15
        page = (made.root / "october.html").read_text()
        assert "Simulated: nobody was billed for this." in page
        assert "$1,990.99" in page
        assert (made.root / "october.csv").read_text().startswith('"team","service","spend (USD)","of all"')
        assert {f"{name}.csv" for name in NAMES if name != "spend"} < {
            f.name for f in (made.root / "october").iterdir()
        }
        # what the page says of sections, as they are printed
        anomalies = made.run("groundway cost report anomalies --from 2026-10 --json")
        assert "2,400 GB instead of 75 GB" in anomalies
        assert "1,990.99" in made.run("groundway cost report spend --from 2026-10 --metric billed")


def test_a_line_that_is_not_printed_is_noticed() -> None:
    assert missing(["b", "a"], "a\nb\n") == ["a"]
    assert missing(["a", "b"], "a \nx\nb\n") == []
    assert missing(["a", "c"], "a\nb\n") == ["c"]


def test_every_word_that_a_report_uses_is_in_the_tutorial() -> None:
    words = TUTORIAL.read_text().partition("## The words")[2].partition("\n## ")[0]
    for word in (*MEANINGS, "untagged", "wrongly tagged", "allocation", "forecast", "anomaly", "GPU waste"):
        assert re.search(rf"^\| {word}\b", words, re.M), word
