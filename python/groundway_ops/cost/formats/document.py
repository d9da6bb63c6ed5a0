"""An estimate as JSON, for programs; `read` takes it back to compare a later one with it. Amounts are strings, USD."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from groundway.errors import InvalidInput
from groundway_ops.cost.amounts import HOURS
from groundway_ops.cost.record import Estimate


def render(estimate: Estimate, before: Estimate | None = None) -> str:
    document: dict[str, Any] = {
        "hours": str(HOURS),
        "monthly": estimate.monthly.model_dump(mode="json"),
        "over_budget": estimate.over_budget,
        "by_stack": {stack: r.model_dump(mode="json") for stack, r in estimate.by_stack.items()},
        "by_confidence": {level: str(amount) for level, amount in estimate.by_confidence.items()},
        **estimate.model_dump(mode="json"),
    }
    if before is not None:
        document["changed_usd"] = str(estimate.monthly.expected - before.monthly.expected)
        document["changes"] = [c.model_dump(mode="json") for c in before.difference(estimate)]
    return json.dumps(document, indent=2) + "\n"


def read(file: Path) -> Estimate:
    """The estimate in a file that `--format json` wrote. Raises `InvalidInput` if it is none."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Estimate.model_validate({name: content[name] for name in Estimate.model_fields if name in content})
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as e:
        reason = f"{e.error_count()} values are not right" if isinstance(e, ValidationError) else repr(e)
        raise InvalidInput(f"{file} is no estimate that `groundway cost estimate --json` wrote: {reason}") from None
