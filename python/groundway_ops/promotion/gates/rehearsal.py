"""This very change was applied, upgraded and rolled back in a local cloud, not long ago."""

from datetime import UTC, datetime, timedelta

from groundway_ops.promotion.gates.gate import Request, Result
from groundway_ops.promotion.infrastructure import same
from groundway_ops.rehearsal.record import Record, latest
from groundway_ops.rehearsal.rehearsal import BACK

NAME = "rehearsal"
DAYS = 7


def rehearsal(request: Request) -> Result:
    """Passes with a sound record of the candidate's code and configuration, there and back from what runs now."""
    record = latest(request.target.name)
    problem = f"{request.target.name} was not rehearsed" if record is None else _problem(request, record)
    evidence = {} if record is None else _evidence(record)
    if problem:
        return Result(gate=NAME, passed=False, reason=f"{problem}: {_command(request)}", evidence=evidence)
    assert record
    back = f"from {request.current.name} and back" if record.from_ and request.current else "from nothing"
    said = f"rehearsed on {_started(record):%Y-%m-%d %H:%M} UTC {back}: {record.resources} resources"
    return Result(gate=NAME, passed=True, reason=said, evidence=evidence)


def _problem(request: Request, record: Record) -> str | None:
    """What keeps the record from being one of this change; the first that does."""
    at = f"the rehearsal of {_started(record):%Y-%m-%d %H:%M} UTC"
    if not record.ok:
        return f"{at} found {len(record.breaches)} breaches, or did not run to its end"
    if (record.blueprint, record.configuration) != (request.candidate.blueprint, request.candidate.configuration):
        return f"{at} was of other code or another configuration"
    if not timedelta(0) <= request.now - _started(record) <= timedelta(days=DAYS):
        return f"{at} is {'yet to come' if _started(record) > request.now else f'over {DAYS} days old'}"
    return _not_back(request, record, at)


def _not_back(request: Request, record: Record, at: str) -> str | None:
    """Whether it went there from what the target pins now, and back; where only models move, there is no way to go."""
    if request.current is None or same(request.candidate, request.current):
        return None
    if record.from_blueprint != request.current.blueprint:
        return f"{at} did not begin with {request.current.name}, which {request.target.name} pins"
    run = {phase.name for phase in record.phases}
    if missing := [name for name in BACK if name not in run]:
        return f"{at} has no {', '.join(missing)}"
    if surplus := sorted(set(record.accepted) - request.accepted):
        return f"{at} accepted that {', '.join(surplus)} may go, and this promotion does not"
    return None


def _command(request: Request) -> str:
    back = f" --from {request.current.revision[:12]}" if request.current else ""
    accepted = "".join(f" --accept {address}" for address in sorted(request.accepted)) if request.current else ""
    return f"groundway rehearse {request.target.name} --change{back}{accepted}"


def _started(record: Record) -> datetime:
    return datetime.strptime(record.started, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _evidence(record: Record) -> dict[str, object]:
    kept = {"scope", "revision", "blueprint", "configuration", "started", "resources", "from_blueprint"}
    kept |= {"from_configuration", "accepted"}
    return {
        **record.model_dump(mode="json", include=kept),
        "from": record.from_,
        "phases": {phase.name: phase.verdict for phase in record.phases},
        "breaches": record.breaches[:20],
        "replaced": record.replacements,
        "replaced back": record.replacements_back,
    }
