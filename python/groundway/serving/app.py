"""The routes: SageMaker's contract, the Open Inference Protocol v2 and Prometheus metrics over one engine."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.serving import control, wire
from groundway.serving.engine import Engine
from groundway.serving.lifecycle import Lifecycle
from groundway.serving.load import Model

Endpoint = Callable[[HttpRequest], Awaitable[Response]]
ROUTED = "groundway.routed"  # in a request's scope: (engine, its window then, when)


class TooLarge(GroundwayError):
    """The body is over the limit."""


class NotFound(GroundwayError):
    """Another model or version than those served was asked for."""


class Forbidden(GroundwayError):
    """Somebody else than this machine wants to steer the server."""


STATUS = {InvalidInput: 400, Forbidden: 403, NotFound: 404, Refused: 409, TooLarge: 413, Unavailable: 503}


def application(lifecycle: Lifecycle, gauges: Callable[[], bytes]) -> Starlette:
    """`gauges` gives further metrics in Prometheus's text format, such as those of monitoring."""
    routes = Routes(lifecycle, gauges)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await lifecycle.start()
        yield
        await lifecycle.stop()

    return Starlette(routes=routes.table(), lifespan=lifespan)


class Routes:
    def __init__(self, lifecycle: Lifecycle, gauges: Callable[[], bytes]) -> None:
        self._lifecycle, self._gauges = lifecycle, gauges

    def table(self) -> list[Route]:
        name, numbered = "/v2/models/{model}", "/v2/models/{model}/versions/{version}"
        return [
            Route("/ping", self._guard("ping", self.ready)),
            Route("/invocations", self._guard("invocations", self.invocations), methods=["POST"]),
            Route("/v2", self._guard("v2", self.server)),
            Route("/v2/health/live", self._guard("live", self.live)),
            Route("/v2/health/ready", self._guard("ready", self.ready)),
            *(Route(at, self._guard("model", self.model)) for at in (name, numbered)),
            *(Route(f"{at}/ready", self._guard("model_ready", self.model_ready)) for at in (name, numbered)),
            *(Route(f"{at}/infer", self._guard("infer", self.infer), methods=["POST"]) for at in (name, numbered)),
            Route("/metrics", self.metrics),
            Route("/groundway/reload", self._guard("reload", self.reload), methods=["POST"]),
            Route("/groundway/variants", self._guard("variants", self.variants), methods=["GET", "POST"]),
        ]

    async def invocations(self, http: HttpRequest) -> Response:
        self._model()  # without one, the body is not waited for
        body = await self._body(http)
        engine = self._routed(http)
        request = wire.parse(body, http.headers.get("content-type", ""), engine.serving.model.contract, http.headers)
        answer = await engine.predict(request)
        return _reply(wire.predictions(request, answer.scores, answer.model.version))

    async def infer(self, http: HttpRequest) -> Response:
        self._asked(http)
        body = await self._body(http)
        engine = self._routed(http)
        request = wire.parse_v2(body, engine.serving.model.contract, http.headers)
        answer = await engine.predict(request)
        served = answer.model
        return _reply(wire.predictions_v2(request, answer.scores, served.name, served.version, served.contract.output))

    async def live(self, _: HttpRequest) -> Response:
        return _json({"live": True})

    async def ready(self, _: HttpRequest) -> Response:
        reason = self._lifecycle.not_ready()
        return _json({"ready": reason is None, **({"error": reason} if reason else {})}, 503 if reason else 200)

    async def server(self, _: HttpRequest) -> Response:
        return _json({"name": "groundway", "version": version("groundway"), "extensions": []})

    async def model(self, http: HttpRequest) -> Response:
        model = self._asked(http)
        fields = model.contract.request
        inputs = [{"name": f.name, "datatype": wire.DATATYPES[f.dtype], "shape": [-1]} for f in fields]
        outputs = [{"name": model.contract.output, "datatype": "FP64", "shape": [-1]}]
        versions = [engine.serving.model.version for engine, _ in self._lifecycle.variants]
        about = {"name": model.name, "versions": versions, "platform": "sklearn_skops"}
        return _json({**about, "inputs": inputs, "outputs": outputs})

    async def model_ready(self, http: HttpRequest) -> Response:
        model = self._asked(http)
        reason = self._lifecycle.not_ready()
        return _json({"name": model.name, "ready": reason is None}, 503 if reason else 200)

    async def metrics(self, _: HttpRequest) -> Response:
        own = generate_latest(self._lifecycle.metrics.registry)
        return Response(own + self._gauges(), headers={"content-type": CONTENT_TYPE_LATEST})

    async def reload(self, http: HttpRequest) -> Response:
        _local(http)
        changed = await self._lifecycle.reload()
        return _json({"version": self._model().version, "changed": changed})

    async def variants(self, http: HttpRequest) -> Response:
        _local(http)
        if http.method == "POST":
            await control.apply(control.parse(await self._body(http)), self._lifecycle)
        return _json(control.shown(self._lifecycle, scores="scores" in http.query_params))

    def _guard(self, route: str, endpoint: Endpoint) -> Endpoint:
        """Count and time `endpoint`, and turn errors into replies that say what to mend."""

        metrics = self._lifecycle.metrics

        async def guarded(http: HttpRequest) -> Response:
            begun = time.perf_counter()
            metrics.running.inc()
            try:
                reply = await endpoint(http)
            except GroundwayError as e:
                reply = _error(e)
            except ClientDisconnect:
                reply = Response(status_code=499)
            except Exception as e:
                self._lifecycle.report(f"{route}: {type(e).__name__}: {e}")
                reply = _json({"error": "internal error; the server's log tells more"}, 500)
            finally:
                metrics.running.dec()
            ended = time.perf_counter()
            version = ""
            if routed := http.scope.get(ROUTED):
                engine, window, at = routed
                version = engine.serving.model.version
                window.answered(reply.status_code, ended - at)
            metrics.answered(route, version, reply.status_code, ended - begun)
            return reply

        return guarded

    def _model(self) -> Model:
        current = self._lifecycle.variants.current
        if current is None:
            raise Unavailable(self._lifecycle.not_ready() or "no model is loaded")
        return current.serving.model

    def _asked(self, http: HttpRequest) -> Model:
        """The model that the path names, of the version that it names."""
        model, asked = self._model(), http.path_params
        version = asked.get("version", model.version)
        engine = self._lifecycle.variants.numbered(version)
        if asked["model"] != model.name or engine is None:
            served = " and ".join(e.serving.model.version for e, _ in self._lifecycle.variants)
            raise NotFound(f"only {model.name} version {served} is served here")
        return engine.serving.model

    def _routed(self, http: HttpRequest) -> Engine:
        """Who answers this request: the version that its path names, else one by weight; it is noted in the request."""
        variants, version = self._lifecycle.variants, http.path_params.get("version")
        engine = variants.numbered(version) if version else variants.route(http.headers.get(wire.ID))
        if engine is None:
            raise NotFound(f"version {version} is served no more")
        http.scope[ROUTED] = (engine, engine.window, time.perf_counter())
        return engine

    async def _body(self, http: HttpRequest) -> bytes:
        limit = self._lifecycle.settings.body_limit
        told = http.headers.get("content-length", "0")
        if told.isdigit() and int(told) > limit:
            raise TooLarge(f"the body has {told} bytes; the limit is {limit}. Send fewer rows at a time.")
        parts: list[bytes] = []
        size = 0
        async for part in http.stream():
            size += len(part)
            if size > limit:
                raise TooLarge(f"the body has more than {limit} bytes. Send fewer rows at a time.")
            parts.append(part)
        return b"".join(parts)


def _local(http: HttpRequest) -> None:
    if not control.local(http.client and http.client.host):
        raise Forbidden("the server is steered from its own machine only")


def _error(error: GroundwayError) -> Response:
    code = next((c for kind, c in STATUS.items() if isinstance(error, kind)), 500)
    reply = _json({"error": error.message}, code)
    if code == 503:
        reply.headers["retry-after"] = "1"
    return reply


def _json(document: Any, code: int = 200) -> Response:
    return _reply(orjson.dumps(document), code)


def _reply(body: bytes, code: int = 200) -> Response:
    return Response(body, code, {"content-type": "application/json"})
