"""Templates over a document and what AWS computes: `"arn:aws:grafana:{region}:{account}:/workspaces/{id}"`.

Beyond the document's members there are {account}, {region}, {uuid}, {random} (ten digits and letters), {now} (a
timestamp) and {instant} (the same as text). One that is nothing but "{x}" keeps the type of x.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Mapping
from typing import Any

WORD = re.compile(r"\{(\w+)\}")


def words(account: str, region: str) -> dict[str, Any]:
    """What AWS computes, drawn anew for each request."""
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    return {
        "account": account,
        "region": region,
        "uuid": str(uuid.uuid4()),
        "random": uuid.uuid4().hex[:10],
        "now": now,
        "instant": f"{now.isoformat()}Z",
    }


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """A template filled, nested ones too. KeyError when a value is missing."""
    if isinstance(template, Mapping):
        return {name: fill(inner, values) for name, inner in template.items()}
    if not isinstance(template, str):
        return template
    if whole := WORD.fullmatch(template):
        return values[whole[1]]
    return WORD.sub(lambda found: str(values[found[1]]), template)
