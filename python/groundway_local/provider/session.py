"""Calls to the emulated AWS: one botocore client for each service and region, made when first needed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CONNECTIONS = 20
# Half a minute, as botocore backs off: an emulator that is restarted in the middle of an apply is waited for.
MAX_RETRIES = 6


@dataclass
class Settings:
    """The provider block, understood: where to call, as whom, and what to put on everything."""

    region: str = "us-east-1"
    endpoint: str | None = None
    endpoints: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)
    default_tags: dict[str, str] = field(default_factory=dict)
    account: str = "000000000000"
    max_retries: int = MAX_RETRIES


class Models:
    """botocore's models of the services. They load without the rest of botocore, which validation never needs."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._models: dict[str, tuple[Any, dict[str, str]]] = {}
        self._loader: Any = None

    @property
    def loader(self) -> Any:
        with self._lock:
            if self._loader is None:
                from botocore.loaders import Loader

                self._loader = Loader()
            return self._loader

    def shape(self, service: str, operation: str) -> Any:
        """The input structure of `operation` (in snake case)."""
        from botocore import xform_name
        from botocore.model import ServiceModel

        with self._lock:
            if service not in self._models:
                model = ServiceModel(self.loader.load_service_model(service, "service-2"), service)
                self._models[service] = model, {xform_name(n): n for n in model.operation_names}
            model, names = self._models[service]
            return model.operation_model(names[operation]).input_shape

    def member(self, service: str, reference: str) -> Any:
        """The shape of `operation.Member.Inner` in the operation's input; lists are stepped through."""
        operation, *steps = reference.split(".")
        shape = self.shape(service, operation)
        for step in steps:
            while shape.type_name == "list":
                shape = shape.member
            shape = shape.members[step]
        return shape


def at_endpoint(client: Any) -> None:
    """S3 Control puts the account before the host, even before an address: take it away again."""
    from urllib.parse import urlsplit, urlunsplit

    host = urlsplit(client.meta.endpoint_url).netloc

    def readdress(params: dict[str, Any], **_: Any) -> None:
        params["url"] = urlunsplit(urlsplit(params["url"])._replace(netloc=host))

    client.meta.events.register("before-call.s3-control", readdress)


class Session:
    """The clients of one configured provider."""

    def __init__(self, models: Models, settings: Settings) -> None:
        self.models, self.settings = models, settings
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._local = threading.local()
        self._botocore: Any = None

    def api(self, service: str, region: str | None = None) -> Api:
        return Api(self, service, region or self.settings.region)

    def client(self, service: str, region: str) -> Any:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._make(service, region)
            return self._clients[service, region]

    def call(
        self, service: str, region: str, operation: str, arguments: dict[str, Any], headers: Mapping[str, str]
    ) -> Any:
        client = self.client(service, region)
        self._local.headers = headers
        try:
            return getattr(client, operation)(**arguments)
        finally:
            self._local.headers = {}

    def _make(self, service: str, region: str) -> Any:
        from botocore.config import Config

        settings = self.settings
        client = self._session().create_client(
            service,
            region_name=region,
            endpoint_url=settings.endpoints.get(service) or settings.endpoint,
            config=Config(
                max_pool_connections=CONNECTIONS,
                retries={"max_attempts": settings.max_retries},
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                inject_host_prefix=False,
            ),
            **settings.credentials,
        )
        client.meta.events.register("before-call", self._add_headers)
        at_endpoint(client)
        return client

    def _session(self) -> Any:
        if self._botocore is None:
            import botocore.session

            self._botocore = botocore.session.Session()
            self._botocore.register_component("data_loader", self.models.loader)
        return self._botocore

    def _add_headers(self, params: dict[str, Any], **_: Any) -> None:
        params["headers"].update(getattr(self._local, "headers", {}))


class Api:
    """One service in one region: `api.call("create_vpc", CidrBlock=...)` answers without the response metadata."""

    def __init__(self, session: Session, service: str, region: str) -> None:
        self.session, self.service, self.region = session, service, region

    @property
    def account(self) -> str:
        return self.session.settings.account

    def other(self, service: str) -> Api:
        """Another service in the same region."""
        return Api(self.session, service, self.region)

    def call(self, operation: str, /, **arguments: Any) -> dict[str, Any]:
        return self.marked(operation, arguments, {})[0]

    def marked(
        self, operation: str, arguments: dict[str, Any], headers: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """A call with HTTP headers: the answer, and the answer's headers in lower case."""
        answer = self.session.call(self.service, self.region, operation, arguments, headers)
        metadata = answer.pop("ResponseMetadata", {})
        return answer, metadata.get("HTTPHeaders", {})

    def pages(self, operation: str, /, **arguments: Any) -> Any:
        """Every page of a listing."""
        return self.session.client(self.service, self.region).get_paginator(operation).paginate(**arguments)
