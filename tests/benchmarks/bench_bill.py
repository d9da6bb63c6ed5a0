"""The bill at scale: ingest, and each report against pandas, Polars and a bare scan of the columns that it reads.

    bench_bill.py [--rows 20000000] [--rounds 3] [--keep FOLDER] [--processor]

Each measurement is a process of its own: seconds of the question alone (imports are done before), the least of the
rounds, which take turns; and the highest resident memory of the whole process. On a machine that others use, compare
the time of the processors instead of the clock's. The bare scan, the floor, is DuckDB
counting what is in those columns of those months. Half the rows should take half the time.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bill_questions import ASKS, ENGINES

CHECKOUT = Path(__file__).parents[2]
GIB = 2**20  # of the kilobytes that Linux tells
TARGETS = {"of the floor, at most": 3, "as fast as pandas, at least": 5, "GiB of memory, at most": 1}


@dataclass(frozen=True)
class Measured:
    """By the clock, of all processors together, and the most memory."""

    seconds: float
    processor: float
    gib: float


def measured(what: str, name: str, *places: Path) -> Measured:
    """In a fresh process."""
    command = [sys.executable, __file__, "--measure", what, name, *map(str, places)]
    said = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    return Measured(**json.loads(said.splitlines()[-1]))


def measure(what: str, name: str, *places: str) -> None:
    run = ingest(*map(Path, places)) if what == "ingest" else ENGINES[what](ASKS[name], Path(places[0]))
    start, busy = time.perf_counter(), time.process_time()
    run()
    seconds, processor = time.perf_counter() - start, time.process_time() - busy
    gib = peak() / GIB
    print(json.dumps({"seconds": seconds, "processor": processor, "gib": gib}))


def peak() -> int:
    """Of this program, in KiB: what getrusage tells includes who started it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0])


def ingest(export: Path, mart: Path) -> Callable[[], Any]:
    from groundway_ops.cost.bill.ingest import ingest as read
    from groundway_ops.cost.bill.mart import Mart

    return lambda: read(Mart(mart), str(export), [], lambda *_: None)


def made(folder: Path, rows: int) -> tuple[int, Measured | None]:
    """A mart of about so many rows in `folder/mart`; None instead of a measurement if it was there."""
    from focus_export import COLUMNS, write

    note = folder / "rows"
    if note.exists():
        return int(note.read_text()), None
    start = time.perf_counter()
    count = write(folder / "export", rows)
    size = sum(file.stat().st_size for file in folder.glob("export/data/*/*")) / 1e9
    print(f"{count:,} rows x {COLUMNS} columns, {size:.2f} GB, made in {time.perf_counter() - start:.0f} s", flush=True)
    read = measured("ingest", "-", folder / "export", folder / "mart")
    note.write_text(str(count))
    return count, read


def least(mart: Path, half: Path, rounds: int) -> dict[tuple[str, str], Measured]:
    """By report and engine; `half` is the report on half the rows."""
    runs: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for number in range(rounds):
        for name in ASKS:
            for engine in ENGINES:
                runs[name, engine].append(measured(engine, name, mart))
            runs[name, "half"].append(measured("groundway", name, half))
        print(f"round {number + 1} of {rounds} is done", flush=True)
    return {
        key: Measured(min(r.seconds for r in of), min(r.processor for r in of), max(r.gib for r in of))
        for key, of in runs.items()
    }


def tell(best: dict[tuple[str, str], Measured], by: str) -> None:
    """`by`: the field of `Measured` that is compared, `seconds` or `processor`."""
    took = {key: getattr(measured, by) for key, measured in best.items()}
    print(
        f"{'report':<10}"
        + "".join(f"{engine:>20}" for engine in ENGINES)
        + f"{'x floor':>9}{'x pandas':>9}{'x half':>8}"
    )
    missed = []
    for name in ASKS:
        own, memory = took[name, "groundway"], best[name, "groundway"].gib
        floors, faster, growth = own / took[name, "floor"], took[name, "pandas"] / own, own / took[name, "half"]
        shown = [f"{took[name, e]:>9.3f} s {best[name, e].gib:>5.2f} GiB" for e in ENGINES]
        print(f"{name:<10}" + "".join(f"{text:>20}" for text in shown) + f"{floors:>9.1f}{faster:>9.1f}{growth:>8.2f}")
        verdict = dict(zip(TARGETS, (floors <= 3, faster >= 5, memory <= 1), strict=True))
        missed += [f"{name}: {target} {TARGETS[target]}" for target, met in verdict.items() if not met]
    print("targets: " + ("all met" if not missed else "MISSED " + "; ".join(missed)))


def main(rows: int, rounds: int, keep: Path | None, by: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        for part, wanted in (("half", rows // 2), ("whole", rows)):
            count, read = made(folder / part, wanted)
            if read:
                print(
                    f"ingest of {count:,} rows: {read.seconds:.1f} s ({read.processor:.1f} s of processors), "
                    f"{count / read.seconds:,.0f} rows/s, "
                    f"{read.gib:.2f} GiB (at most 1: {'met' if read.gib <= 1 else 'MISSED'})",
                    flush=True,
                )
        tell(least(folder / "whole" / "mart", folder / "half" / "mart", rounds), by)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
    else:
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--rows", type=int, default=20_000_000)
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--keep", type=Path, help="Keep exports and marts here, and use those that are there.")
        parser.add_argument("--processor", action="store_true", help="Compare the time of the processors.")
        asked = parser.parse_args()
        main(asked.rows, asked.rounds, asked.keep, "processor" if asked.processor else "seconds")
