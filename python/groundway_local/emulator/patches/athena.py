"""Athena: workgroups can be changed, and one with queries in it is deleted only on request."""

import json
from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse

# Members of an update to those of the configuration; "RemoveX": whether X is to go.
INNER = {"ResultConfigurationUpdates": "ResultConfiguration"}
delete_work_group = AthenaResponse.delete_work_group


def update_work_group(self: AthenaResponse) -> Any:
    backend: AthenaBackend = self.athena_backend
    group = backend.work_groups.get(self._get_param("WorkGroup"))
    if group is None:
        return self.error("WorkGroup is not found.", 400)
    if (description := self._get_param("Description")) is not None:
        group.description = description
    if state := self._get_param("State"):
        group.state = state
    group.configuration = _updated(group.configuration, self._get_param("ConfigurationUpdates") or {})
    return json.dumps({})


def _updated(configuration: dict[str, Any], updates: dict[str, Any]) -> dict[str, Any]:
    new = dict(configuration)
    for member, value in updates.items():
        if member in INNER:
            new[INNER[member]] = _updated(new.get(INNER[member], {}), value)
        elif member.startswith("Remove"):
            if value:
                new.pop(member.removeprefix("Remove"), None)
        else:
            new[member] = value
    return new


def guarded_delete_work_group(self: AthenaResponse) -> Any:
    backend, name = self.athena_backend, self._get_param("WorkGroup")
    held = [q for q in (*backend.executions.values(), *backend.named_queries.values()) if _in(q, name)]
    if held and not self._get_param("RecursiveDeleteOption"):
        return self.error(f"WorkGroup {name} is not empty", 400)
    return delete_work_group(self)


def _in(query: Any, group: str) -> bool:
    return bool(query.workgroup and query.workgroup.name == group)


def apply() -> None:
    AthenaResponse.update_work_group = update_work_group
    AthenaResponse.delete_work_group = guarded_delete_work_group
