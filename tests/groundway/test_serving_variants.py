"""Two versions of a model in one server: who answers, who pays for whose mistakes, and who may change that."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from operator import sub
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from small_release import deploy_release, describe, drifted, erring, publish, published, slow

from groundway.platform import Platform
from groundway.release import ModelPin
from groundway.serving.app import application
from groundway.serving.lifecycle import Lifecycle
from groundway.serving.settings import Settings
from groundway.serving.window import Sample

ROW = {"carrier": "AA", "distance": 900.0}
NAME = "small"
Pins = dict[str, ModelPin]
Test = Callable[["Server"], Awaitable[None]]


class Server:
    """The application in this process, and what one asks it."""

    def __init__(self, lifecycle: Lifecycle, http: httpx.AsyncClient) -> None:
        self.lifecycle, self.http = lifecycle, http

    async def ask(self, row: dict[str, Any] = ROW, **headers: str) -> httpx.Response:
        return await self.http.post("/invocations", json={"instances": [row]}, headers=headers)

    async def versions(self, times: int, **headers: str) -> Counter[str]:
        return Counter([(await self.ask(**headers)).json()["model_version"] for _ in range(times)])

    async def change(self, code: int = 200, **document: Any) -> Any:
        reply = await self.http.post("/groundway/variants", json=document)
        assert reply.status_code == code, reply.text
        return reply.json()["variants"] if code == 200 else reply.json()["error"]

    async def shown(self, query: str = "") -> list[dict[str, Any]]:
        return (await self.http.get(f"/groundway/variants{query}")).json()["variants"]

    async def weights(self) -> dict[str, float]:
        return {v["version"]: v["weight"] for v in await self.shown()}

    async def counted(self, version: str) -> tuple[float, float, float]:
        """Scores, requests that went well, and timed requests so far: Feast lets values outlive their server."""
        return (
            await self.metric("groundway_score_count", version=version),
            await self.metric("groundway_requests_total", version=version, route="invocations", code="200"),
            await self.metric("groundway_request_seconds_count", version=version, route="invocations"),
        )

    async def metric(self, name: str, **labels: str) -> float:
        text = (await self.http.get("/metrics")).text
        samples = [s for f in text_string_to_metric_families(text) for s in f.samples]
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


@asynccontextmanager
async def serving(platform: Platform, address: str = "127.0.0.1", **settings: Any) -> AsyncIterator[Server]:
    lifecycle = Lifecycle(Settings(model=NAME, **{"log": False, **settings}), platform, print)
    app = application(lifecycle, lambda: b"")
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://server", timeout=60) as http,
    ):
        yield Server(lifecycle, http)


async def ready(server: Server) -> Server:
    for _ in range(600):
        if (await server.http.get("/ping")).status_code == 200:
            return server
        await asyncio.sleep(0.05)
    raise AssertionError("not ready")


@pytest.fixture
def place(platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Platform:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path / "home"))
    return describe(platform)


@pytest.fixture
def pins(place: Platform, tmp_path: Path) -> Pins:
    """Version 1, which is deployed, and 2, which does as well."""
    made = {str(n): published(place, NAME, tmp_path / str(n), n) for n in (1, 2)}
    deploy_release(place, small=made["1"])
    return made


def run(place: Platform, test: Test, **settings: Any) -> None:
    async def main() -> None:
        async with serving(place, **settings) as server:
            await test(await ready(server))

    asyncio.run(main())


def document(pin: ModelPin) -> dict[str, Any]:
    return pin.model_dump(mode="json")


def test_a_candidate_is_asked_by_weight_until_it_is_promoted(place: Platform, pins: Pins) -> None:
    async def test(server: Server) -> None:
        new = document(pins["2"])
        assert await server.weights() == {"1": 1}
        await server.change(candidate=new)
        assert await server.weights() == {"1": 1, "2": 0}
        assert await server.versions(20) == {"1": 20}
        await server.change(candidate=new, weight=0.5)  # it is not loaded again
        seen = await server.versions(200)
        assert 60 < seen["2"] < 140  # in one of 10^8 runs it is not
        await server.change(weight=1)
        assert await server.versions(20) == {"2": 20}
        for _ in range(2):  # what is so already stays
            await server.change(promote=pins["2"].digest)
            assert await server.weights() == {"2": 1}
        await server.change(candidate=new, weight=0.5)
        assert await server.weights() == {"2": 1}
        assert await server.versions(20) == {"2": 20}

    run(place, test)


def test_a_request_sent_again_goes_to_the_same_version(place: Platform, pins: Pins) -> None:
    async def test(server: Server) -> None:
        await server.change(candidate=document(pins["2"]), weight=0.3)
        ids = [f"r-{i}" for i in range(100)]

        async def answered() -> dict[str, str]:
            return {i: (await server.ask(**{"X-Request-Id": i})).json()["model_version"] for i in ids}

        first = await answered()
        assert await answered() == first
        assert 10 < Counter(first.values())["2"] < 55
        await server.change(weight=0.6)
        then = await answered()
        assert [i for i in ids if first[i] == "2" != then[i]] == []  # the candidate keeps those that it had
        assert Counter(then.values())["2"] > Counter(first.values())["2"]

    run(place, test)


def test_both_are_asked_by_number_in_the_open_inference_protocol(place: Platform, pins: Pins) -> None:
    async def test(server: Server) -> None:
        await server.change(candidate=document(pins["2"]))
        assert (await server.http.get(f"/v2/models/{NAME}")).json()["versions"] == ["1", "2"]
        tensors = [
            {"name": "carrier", "datatype": "BYTES", "shape": [1], "data": ["AA"]},
            {"name": "distance", "datatype": "FP64", "shape": [1], "data": [9.0]},
        ]
        for path, version in (("", "1"), ("/versions/1", "1"), ("/versions/2", "2")):
            reply = await server.http.post(f"/v2/models/{NAME}{path}/infer", json={"inputs": tensors})
            assert reply.json()["model_version"] == version
        await server.change(drop=pins["2"].digest)
        reply = await server.http.post(f"/v2/models/{NAME}/versions/2/infer", json={"inputs": tensors})
        assert (reply.status_code, reply.json()["error"]) == (404, "only small version 1 is served here")

    run(place, test)


def test_what_each_answered_is_told_apart(place: Platform, pins: Pins, tmp_path: Path) -> None:
    other = publish(place, NAME, drifted(tmp_path / "3"), 3)

    async def test(server: Server) -> None:
        await server.change(candidate=document(other), weight=0.5)
        before = {version: await server.counted(version) for version in ("1", "3")}
        seen = await server.versions(100)
        assert (await server.ask({"carrier": "AA"})).status_code == 400
        old, new = await server.shown("?scores")
        assert (old["requests"] + new["requests"], old["rejected"] + new["rejected"]) == (101, 1)
        assert (old["errors"], new["errors"]) == (0, 0)
        assert (len(old["scores"]), len(new["scores"])) == (seen["1"], seen["3"])
        assert min(new["scores"]) > 0.85 > 0
        assert max(old["scores"]) != max(new["scores"])
        assert 0 < new["latency_p95"] < 60
        for version, asked in seen.items():
            scores, counted, timed = map(sub, await server.counted(version), before[version])
            assert asked == scores == counted <= timed <= asked + 1
        assert await server.metric("groundway_model_weight", version="3") == 0.5
        assert await server.metric("groundway_model_info", version="3") == 1
        # Another share: what came before counts no more, but for who is asked no more.
        asked_before = old["requests"]
        await server.change(weight=1)
        old, new = await server.shown()
        assert (old["requests"], new["requests"]) == (asked_before, 0)
        assert "scores" not in old

    run(place, test)


def test_a_candidates_errors_are_its_requests_own(place: Platform, pins: Pins, tmp_path: Path) -> None:
    bad = publish(place, NAME, erring(tmp_path / "3"), 3)

    async def test(server: Server) -> None:
        await server.change(candidate=document(bad), weight=0.5)
        rows = [{"carrier": c, "distance": 1.0} for c in ("AA", "UA") * 60]  # it knows no UA
        replies = await asyncio.gather(*(server.ask(row) for row in rows))
        answers = [(row["carrier"], reply.status_code) for row, reply in zip(rows, replies, strict=True)]
        assert {code for carrier, code in answers if carrier == "AA"} == {200}
        failed = answers.count(("UA", 500))
        assert 5 < failed < 55
        old, new = await server.shown()
        assert (old["errors"], new["errors"]) == (0, failed)
        assert (await server.http.get("/ping")).status_code == 200
        assert await server.metric("groundway_requests_total", version="3", code="500") == failed
        await server.change(drop=bad.digest)
        assert {r.status_code for r in [await server.ask({"carrier": "UA", "distance": 1.0}) for _ in range(30)]} == {
            200
        }

    run(place, test)


def test_a_slow_candidate_holds_up_nobody_else(place: Platform, pins: Pins, tmp_path: Path) -> None:
    late = publish(place, NAME, slow(tmp_path / "3"), 3)

    async def test(server: Server) -> None:
        await server.change(candidate=document(late), weight=0.5)
        route = server.lifecycle.variants.route
        theirs = next(i for i in map(str, range(99)) if route(i) is server.lifecycle.variants.candidate)
        ours = next(i for i in map(str, range(99)) if route(i) is server.lifecycle.variants.current)
        body = {"instances": [ROW] * 20_000}
        headers = {"X-Request-Id": theirs}
        long = asyncio.create_task(server.http.post("/invocations", json=body, headers=headers))
        while await server.metric("groundway_requests_running") < 1:
            await asyncio.sleep(0.01)
        assert (await server.ask(**{"X-Request-Id": ours})).json()["model_version"] == "1"
        assert not long.done()
        assert (await long).json()["model_version"] == "3"
        # What waits for a candidate that is dropped is answered by it.
        await server.change(weight=1)
        waiting = [asyncio.create_task(server.ask()) for _ in range(5)]
        await asyncio.sleep(0.01)
        await server.change(drop=late.digest)
        assert {(await w).json()["model_version"] for w in waiting} <= {"3", "1"}
        assert await server.versions(5) == {"1": 5}

    run(place, test)


def test_what_does_not_fit_is_refused_and_changes_nothing(place: Platform, pins: Pins, tmp_path: Path) -> None:
    third = published(place, NAME, tmp_path / "3", 3)
    nowhere = third.model_copy(update={"digest": f"sha256:{1:064d}"})

    async def test(server: Server) -> None:
        assert "there is no candidate" in await server.change(409, weight=0.5)
        assert "no candidate of digest" in await server.change(409, promote=third.digest)
        assert "was not released there" in await server.change(409, candidate=document(nowhere), weight=0.5)
        assert "is what is served" in await server.change(409, drop=pins["1"].digest)
        await server.change(drop=third.digest)  # it is not there, as is wanted
        assert await server.weights() == {"1": 1}
        await server.change(candidate=document(pins["2"]), weight=0.1)
        assert "version 2 is being rolled out, at 10%" in await server.change(409, candidate=document(third))
        deploy_release(place, small=third)
        reply = await server.http.post("/groundway/reload")
        assert (reply.status_code, "being rolled out" in reply.text) == (409, True)
        assert await server.weights() == {"1": 0.9, "2": 0.1}
        deploy_release(place, small=pins["2"])  # what is being rolled out is what is wanted now
        assert (await server.http.post("/groundway/reload")).json() == {"version": "2", "changed": True}
        assert await server.weights() == {"2": 1}
        for wrong in (
            {},
            {"weight": 1.5},
            {"wait": 1},
            {"promote": "2"},
            {"promote": third.digest, "drop": third.digest},
            {"drop": third.digest, "weight": 0.5},
            {"candidate": {"version": 1}},
        ):
            assert "expected {" in await server.change(400, **wrong), wrong

    run(place, test)


def test_only_this_machine_steers_the_server(place: Platform, pins: Pins) -> None:
    async def test(server: Server) -> None:
        assert (await server.ask()).status_code == 200
        for method, path in (("GET", "variants"), ("POST", "variants"), ("POST", "reload")):
            assert (await server.http.request(method, f"/groundway/{path}")).status_code == 403

    run(place, test, address="10.0.0.7")


def test_the_first_version_is_served_at_once_but_not_instead_of_what_is_deployed(
    place: Platform, tmp_path: Path
) -> None:
    first, second = (published(place, NAME, tmp_path / str(n), n) for n in (1, 2))

    async def main() -> None:
        async with serving(place) as server:  # no release is deployed, and there is no registry
            while "no release is deployed" not in (await server.http.get("/ping")).text:
                await asyncio.sleep(0.02)
            assert await server.shown() == []
            await server.change(candidate=document(first), weight=0.1)
            assert await server.weights() == {"1": 1}
        deploy_release(place, small=first)
        async with serving(place) as server:  # its first model is not loaded yet
            await server.change(candidate=document(second), weight=0.1)
            assert await server.weights() == {"1": 0.9, "2": 0.1}

    asyncio.run(main())


def test_predictions_are_kept_with_the_version_that_made_them(place: Platform, pins: Pins) -> None:
    from datetime import UTC, datetime, timedelta

    from groundway import monitoring

    seen: Counter[str] = Counter()

    async def test(server: Server) -> None:
        await server.change(candidate=document(pins["2"]), weight=0.5)
        seen.update(await server.versions(40))

    run(place, test, log=True)
    now = datetime.now(UTC)
    frame = monitoring.window(place, NAME, now - timedelta(days=1), now + timedelta(days=1)).frame
    assert Counter(frame["version"].to_list()) == seen


def test_a_sample_is_fair() -> None:
    import numpy as np

    whole, one = Sample(100), Sample(100)
    values = np.arange(10_000, dtype=float)
    for part in np.array_split(values, 37):
        whole.extend(part)
    for value in values:
        one.add(value)
    for sample in (whole, one):
        kept = sample.values()
        assert len(set(kept)) == 100
        assert 3500 < kept.mean() < 6500  # five standard deviations
    few = Sample()
    few.extend(values[:10])
    few.add(3.0)
    assert few.values().tolist() == [*range(10), 3]
