"""Logs Insights: saved queries, of which none is run. moto has the rest."""

from groundway_local.emulator.recorded.documents import Document
from groundway_local.emulator.recorded.table import Asked, Members, Refused, Service
from groundway_local.emulator.recorded.templates import words

QUERY = "query definition"


def put_query(asked: Asked) -> Members:
    """Makes one, or replaces the one whose id is given."""
    shelf = asked.shelf.setdefault(QUERY, {})
    id = asked.members.get("queryDefinitionId")
    if id and id not in shelf:
        raise Refused("ResourceNotFoundException", f"The query definition {id} does not exist.")
    id = id or words(asked.account, asked.region)["uuid"]
    given = {k: v for k, v in asked.members.items() if k != "clientToken"}
    shelf[id] = Document({"logGroupNames": [], **given, "queryDefinitionId": id})
    return {"queryDefinitionId": id}


def list_queries(asked: Asked) -> Members:
    prefix = asked.members.get("queryDefinitionNamePrefix", "")
    return {"queryDefinitions": [d.members for d in asked.records(QUERY) if d.members["name"].startswith(prefix)]}


def delete_query(asked: Asked) -> Members:
    if asked.shelf.get(QUERY, {}).pop(asked.members["queryDefinitionId"], None) is None:
        raise Refused("ResourceNotFoundException", "The query definition does not exist.")
    return {"success": True}


SERVICE = Service(
    "logs",
    records=(),
    calls={
        "PutQueryDefinition": put_query,
        "DescribeQueryDefinitions": list_queries,
        "DeleteQueryDefinition": delete_query,
    },
)
