"""Requests to recorded operations, over HTTP: whose they are, what they say, and the answer in the service's protocol.

moto parses and serializes, from botocore's models. What is in no table goes on to moto.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import unquote

from groundway_local.emulator.accounts import DEFAULT
from groundway_local.emulator.exchange import Answer, Environ, Handler, body_of
from groundway_local.emulator.recorded import engine, validation
from groundway_local.emulator.recorded.documents import Documents, Shelf
from groundway_local.emulator.recorded.table import Asked, Members, Record, Refused, Service

SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
GLOBAL = "global"


class Recorded:
    """The layer, and the documents that it keeps."""

    def __init__(self, inner: Handler, services: tuple[Service, ...]) -> None:
        self._inner = inner
        self._services: dict[str, list[Service]] = {}
        self.documents = Documents()
        for service in services:
            self._services.setdefault(service.signing or service.name, []).append(service)

    def __call__(self, environ: Environ) -> Answer:
        scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        for service in self._services.get(scope[2], ()) if scope else ():
            answer = self._answer(service, scope[1] if service.in_regions else GLOBAL, environ) if scope else None
            if answer:
                return answer
        return self._inner(environ)

    def _answer(self, service: Service, region: str, environ: Environ) -> Answer | None:
        """The answer; None when another layer has to give it."""
        operation, uri = requested(service, environ)
        if operation is None:
            return None
        account = environ.get("HTTP_X_MOTO_ACCOUNT_ID", DEFAULT)
        shelf = self.documents.shelf(account, service.name, region)
        record = service.record(operation.name)
        if record is None and operation.name not in (*service.calls, *service.tagging):
            _elsewhere(service, operation.name)
            return None
        try:
            members = _valid(operation, environ, uri)
            if record is None and operation.name in service.tagging:
                tagged = _tags(service, operation, members, shelf)
                return None if tagged is None else _serialized(operation, tagged)
            asked = Asked(operation.name, _flat(record, members), account, region, shelf)
            carried = engine.carry_out(record, asked) if record else service.calls[operation.name](asked)
        except Refused as refused:
            return _serialized(operation, refused)
        return _serialized(operation, carried)


def _elsewhere(service: Service, operation: str) -> None:
    """Moto is asked next, if it has the service at all."""
    if not service.moto:
        raise NotImplementedError(f"{service.name}:{operation} is neither emulated nor recorded")


def requested(service: Service, environ: Environ) -> tuple[Any, dict[str, str]]:
    """(the model of the operation that a request asks for, what its path says); (None, {}) when it is none."""
    from moto.core.utils import get_service_model

    model = get_service_model(service.name)
    if str(model.protocol).startswith("rest"):
        path = str(environ.get("RAW_URI") or environ["PATH_INFO"]).partition("?")[0]
        for method, pattern, name in _addresses(service.name):
            found = pattern.fullmatch(path) if method == environ["REQUEST_METHOD"] else None
            if found:
                names = (f"{n[1:-1].rstrip('+')}" for n in re.findall(r"\{[^}]+\}", _uri(model, name)))
                return model.operation_model(name), dict(zip(names, map(unquote, found.groups()), strict=True))
        return None, {}
    prefix, _, name = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")
    if not prefix:
        action = re.search(rb"(?:^|&)Action=(\w+)", body_of(environ))
        name = action[1].decode() if action else ""
    elif prefix != model.metadata.get("targetPrefix"):
        return None, {}
    return (model.operation_model(name), {}) if name in model.operation_names else (None, {})


@cache
def _addresses(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """(method, pattern of the path, operation), the most specific first."""
    from moto.core.utils import get_service_model

    model = get_service_model(service)
    found = []
    for name in model.operation_names:
        uri = _uri(model, name).rstrip("/")
        pattern = re.sub(r"\\\{[^}]+\\\}", lambda m: "(.+)" if "+" in m[0] else "([^/]+)", re.escape(uri))
        found.append((uri.count("{"), -len(uri), model.operation_model(name).http["method"], pattern, name))
    return [(method, re.compile(f"{pattern}/?"), name) for _, _, method, pattern, name in sorted(found)]


def _uri(model: Any, operation: str) -> str:
    return str(model.operation_model(operation).http["requestUri"]).partition("?")[0]


def _valid(operation: Any, environ: Environ, uri: dict[str, str]) -> Members:
    """The request's members. Raises Refused when the model does not allow them."""
    from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
    from moto.core.request import Request

    body = body_of(environ)
    request = Request(environ)
    protocol = str(operation.service_model.protocol)
    asked: Any = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": body,
        "url_path": request.path,
        "url_params": uri,
    }
    try:
        members = PROTOCOL_PARSERS[protocol](operation).parse(asked)
    except (RequestParserError, ValueError, TypeError, AttributeError) as error:
        raise Refused("SerializationException", f"The request to {operation.name} cannot be read: {error}") from None
    finally:
        environ["wsgi.input"].seek(0)
    members = {name: value for name, value in members.items() if value is not None}
    wrong = list(validation.faults(members, operation.input_shape)) if operation.input_shape else []
    if wrong:
        plural = "" if len(wrong) == 1 else "s"
        raise Refused(_bad_request(operation), f"{len(wrong)} validation error{plural} detected: {'; '.join(wrong)}")
    return members


def _bad_request(operation: Any) -> str:
    """The service's error for a request that its model does not allow."""
    have = {e.name for e in operation.service_model.error_shapes}
    known = ("ValidationException", "InvalidParameterException", "InvalidParameterValueException")
    return next((code for code in known if code in have), "ValidationException")


def _flat(record: Record | None, members: Members) -> Members:
    """The members as the document names them."""
    if record is None:
        return members
    inner = members.get(record.inside) or {}
    flat = {**{name: value for name, value in members.items() if name != record.inside}, **inner}
    return {record.names.get(name, name): value for name, value in flat.items()}


def _tags(service: Service, operation: Any, members: Members, shelf: Shelf) -> Members | None:
    """Set, remove or list tags by ARN; None when the ARN is of nothing recorded here."""
    shapes = operation.input_shape.members
    arn = next(members[n] for n in operation.input_shape.required_members if shapes[n].type_name == "string")
    document = engine.tagged(shelf, arn)
    if document is None:
        if not service.moto:
            raise Refused("ResourceNotFoundException", f"The resource {arn} does not exist.")
        return None
    tag, untag, _ = service.tagging
    if operation.name == tag:
        document.tags |= engine.tags_in(members)
    elif operation.name == untag:
        for key in next(value for value in members.values() if isinstance(value, list)):
            document.tags.pop(key, None)
    return engine.all_tags(document.tags)


def _serialized(operation: Any, result: Members | Refused) -> Answer:
    """The answer over HTTP; moto recognizes an error by its `code` and `message`."""
    from http import HTTPStatus

    from moto.core.serialize import get_serializer_class

    model = operation.service_model
    answer = get_serializer_class(model.service_name, str(model.protocol))(operation).serialize(result)
    status, body = HTTPStatus(answer["status_code"]), answer["body"]
    headers = [(name, str(value)) for name, value in answer["headers"].items()]
    return Answer(f"{status.value} {status.phrase}", headers, body.encode() if isinstance(body, str) else body)
