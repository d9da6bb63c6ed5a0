"""What was delivered: the files that make up a month of an export. What is not whole is refused.

    <export>/data/BILLING_PERIOD=YYYY-MM/[<execution>/]<file>              an execution's folder with "create new" only
    <export>/metadata/BILLING_PERIOD=YYYY-MM/[<execution>/]<name>-Manifest.json

AWS writes the manifest last, and leaves files of an earlier, longer delivery behind: so only what it names is read.
A folder without any billing period in its paths is taken as it is: its files are one delivery, of the months they hold.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.exports.sources import File, Source

PLACE = r"(?P<export>.*?)/?\b{}/billing_period=(?P<period>[^/]*)/(?:(?P<execution>[^/]+)/)?(?P<file>[^/]+)"
DATA = re.compile(PLACE.format("data"), re.IGNORECASE)
MANIFEST = re.compile(PLACE.format("metadata"), re.IGNORECASE)
READ = (".parquet", ".csv", ".csv.gz")

Place = tuple[str, str]  # export, period


@dataclass(frozen=True)
class Delivery:
    """`period` is the first day of its month; None if only its rows tell.

    `simulated`: its manifest says that nobody was billed, as those of the demo do.
    """

    export: str
    period: date | None
    parts: tuple[File, ...]
    simulated: bool = False

    def __str__(self) -> str:
        return f"{self.export or 'export'} {self.period:%Y-%m}" if self.period else self.export or "export"


def deliveries(source: Source) -> list[Delivery]:
    """Earliest month first. Raises `InvalidInput` for what is half-written, or no export at all."""
    files = source.files()
    data, manifests, loose = _sorted(files)
    if not data and not manifests:
        if not loose:
            raise InvalidInput(f"{source.name} holds no export: neither {', '.join(READ)} nor data/BILLING_PERIOD=...")
        return [Delivery("", None, tuple(_filled(loose)))]
    if loose:
        raise InvalidInput(
            f"{source.name} holds exports by month, and {loose[0].name}, which belongs to none: "
            "move it away, or name the folder of one export"
        )
    found = [_delivery(source, place, data[place], manifests[place]) for place in sorted({*data, *manifests})]
    return sorted(found, key=lambda delivery: (delivery.period or date.min, delivery.export))


def _sorted(files: Iterable[File]) -> tuple[defaultdict[Place, list[File]], defaultdict[Place, list[File]], list[File]]:
    """Data by place, manifests by place, and files that could be read but have no place."""
    data: defaultdict[Place, list[File]] = defaultdict(list)
    manifests: defaultdict[Place, list[File]] = defaultdict(list)
    loose = []
    for file in files:
        if (at := DATA.fullmatch(file.name)) and file.name.endswith(READ):
            data[at["export"], at["period"]].append(file)
        elif (at := MANIFEST.fullmatch(file.name)) and file.name.endswith("Manifest.json"):
            manifests[at["export"], at["period"]].append(file)
        elif file.name.endswith(READ) and "/metadata/" not in f"/{file.name}":
            loose.append(file)
    return data, manifests, loose


def _delivery(source: Source, place: Place, data: list[File], manifests: list[File]) -> Delivery:
    export, period = place
    where = f"{export}/data/BILLING_PERIOD={period}".lstrip("/")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
        raise InvalidInput(f"{where}: {period!r} is no month")
    if not manifests:
        raise InvalidInput(
            f"{where} has no manifest in metadata/BILLING_PERIOD={period}: it is still being written, or was copied "
            "without its metadata; wait, or copy both folders"
        )
    manifest = _latest(manifests)
    said = _said(source, manifest)
    parts = _named(manifest, said["dataFiles"], where, data)
    _whole(where, manifest, manifests, parts, data)
    simulated = said.get("simulated") is True
    return Delivery(export, date.fromisoformat(f"{period}-01"), tuple(_filled(parts)), simulated)


def _latest(manifests: list[File]) -> File:
    """The period's own manifest is the latest; else that of the latest execution, whose folder begins with its time."""
    return max(manifests, key=lambda file: (_execution(MANIFEST, file) is None, _execution(MANIFEST, file) or ""))


def _said(source: Source, manifest: File) -> dict[str, Any]:
    """What a manifest says; it lists `dataFiles`."""
    try:
        said: dict[str, Any] = json.loads(source.text(manifest))
        return {**said, "dataFiles": list(said["dataFiles"])}
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(
            f"{manifest.name} is no manifest of a data export: it lists no `dataFiles`; wait, or copy it again"
        ) from None


def _named(manifest: File, named: list[Any], where: str, data: list[File]) -> list[File]:
    """The files that the manifest names. It names them by bucket and key; copies lie elsewhere, so the end counts."""
    ends = [DATA.fullmatch(str(name)) for name in named]
    there = {_end(match): file for file in data if (match := DATA.fullmatch(file.name))}
    missing = [str(name) for name, end in zip(named, ends, strict=True) if not end or _end(end) not in there]
    if missing or not named:
        what = f"{missing[0]}, which is not in {where}" if missing else "no file"
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise InvalidInput(f"{manifest.name} names {what}{more}: copy the export again, whole, or wait until it is")
    return [there[_end(end)] for end in ends if end]


def _whole(where: str, manifest: File, manifests: list[File], parts: list[File], data: list[File]) -> None:
    done = {_execution(DATA, part) for part in parts} | {_execution(MANIFEST, file) for file in manifests}
    for name in sorted({_execution(DATA, file) or "" for file in data} - done):
        if name > max((run for run in done if run), default=""):
            raise InvalidInput(
                f"{where}/{name} is newer than what {manifest.name} names, and has no manifest: AWS is still writing "
                "it; run again when it is done, or remove that folder if it broke off"
            )
    for part in parts:
        if part.written and manifest.written and part.written > manifest.written:
            raise InvalidInput(
                f"{part.name} is newer than {manifest.name}, which AWS writes last: the export is being refreshed; "
                "run again when it is done (if this is a copy, copy the manifest last)"
            )


def _filled(parts: list[File]) -> list[File]:
    for part in parts:
        if part.size == 0:
            raise InvalidInput(f"{part.name} is empty: it is still being written, or its copy broke off; copy it again")
    return sorted(parts, key=lambda part: part.name)


def _execution(pattern: re.Pattern[str], file: File) -> str | None:
    match = pattern.fullmatch(file.name)
    return match["execution"] if match else None


def _end(match: re.Match[str]) -> tuple[str, str, str]:
    return match["period"], match["execution"] or "", match["file"]
