"""A real server process on a model directory: protocols, refusals, load, drain."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from small_model import PLAIN, inputs, make_model

from groundway.registry import manifest
from groundway.training import load_model

ROW = {"carrier": "AA", "distance": 900.0}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def serving(directory: Path, *options: str, ready: bool = True, **env: str) -> Iterator[tuple[subprocess.Popen, str]]:
    port = free_port()
    command = "from groundway.cli import main; main()"
    arguments = ["serve", "run", "small", "--directory", str(directory), "--no-log", *options]
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        env={**os.environ, "SAGEMAKER_BIND_TO_PORT": str(port), **env},
        stderr=subprocess.PIPE,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        if ready:
            wait(url)
        yield process, url
    finally:
        process.kill()
        process.communicate()


def wait(url: str) -> list[int]:
    """Poll /ping until it is 200; the codes seen."""
    seen = []
    for _ in range(600):
        try:
            seen.append(httpx.get(f"{url}/ping").status_code)
            if seen[-1] == 200:
                return seen
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not ready: {seen[-5:]}")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = make_model(tmp_path_factory.mktemp("model") / "m")
    manifest.write(directory)  # as a registered model has it
    return directory


@pytest.fixture(scope="module")
def url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    with serving(model, "--body-limit", "1000000", GROUNDWAY_HOME=str(home)) as (_, url):
        yield url


def ask(url: str, *rows: dict, **more) -> httpx.Response:
    return httpx.post(f"{url}/invocations", json={"instances": list(rows)}, timeout=60, **more)


def test_predictions_are_the_models_in_every_protocol(url: str, model: Path) -> None:
    frame = inputs(PLAIN, 50, seed=9)
    expected = load_model(model / "model.skops").predict_proba(frame)[:, 1].tolist()
    rows = frame.to_dict("records")
    assert ask(url, *rows).json()["predictions"] == expected
    lines = "\n".join(map(json.dumps, rows))
    typed = {"content-type": "application/jsonlines"}
    assert httpx.post(f"{url}/invocations", content=lines, headers=typed).json()["predictions"] == expected
    body = {
        "id": "q",
        "inputs": [
            {"name": "carrier", "datatype": "BYTES", "shape": [50], "data": frame.carrier.tolist()},
            {"name": "distance", "datatype": "FP64", "shape": [50, 1], "data": frame.distance.tolist()},
        ],
    }
    for path in ("/v2/models/small/infer", "/v2/models/small/versions/1/infer"):
        reply = httpx.post(url + path, json=body).json()
        assert reply["outputs"] == [{"name": "probability", "datatype": "FP64", "shape": [50], "data": expected}]
        assert (reply["id"], reply["model_name"], reply["model_version"]) == ("q", "small", "1")


def test_the_open_inference_protocols_questions_are_answered(url: str) -> None:
    assert httpx.get(f"{url}/v2").json()["name"] == "groundway"
    for path in ("health/live", "health/ready", "models/small/ready", "models/small/versions/1/ready"):
        assert httpx.get(f"{url}/v2/{path}").status_code == 200, path
    about = httpx.get(f"{url}/v2/models/small").json()
    assert about["versions"] == ["1"]
    assert [i["name"] for i in about["inputs"]] == ["carrier", "distance"]
    for path in ("other", "small/versions/2", "other/ready"):
        assert httpx.get(f"{url}/v2/models/{path}").status_code == 404, path


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"carrier": "AA"}, "field 'distance' is missing"),
        ({**ROW, "colour": "red"}, "field 'colour' is unknown"),
        ({**ROW, "distance": "far"}, "field 'distance': 'far' is not a number"),
        ({**ROW, "distance": -1}, "field 'distance': -1 is below 0"),
        ({**ROW, "carrier": None}, "field 'carrier': is missing"),
    ],
)
def test_bad_input_is_400_and_names_the_field(url: str, row: dict, told: str) -> None:
    reply = ask(url, row)
    assert reply.status_code == 400
    assert reply.json()["error"].startswith(told)
    assert ask(url, ROW, row).json()["error"].startswith("row 1: ")


def test_a_body_over_the_limit_is_413_told_or_not(url: str) -> None:
    large = json.dumps({"instances": [ROW] * 50_000}).encode()
    assert httpx.post(f"{url}/invocations", content=large).status_code == 413
    assert httpx.post(f"{url}/invocations", content=iter([large])).status_code == 413  # chunked: no length is told
    assert ask(url, *[ROW] * 1000).status_code == 200


def test_bad_requests_among_good_ones_fail_alone(url: str) -> None:
    async def flood() -> list[int]:
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:
            bodies = [{"instances": [ROW if i % 5 else {**ROW, "distance": -1}]} for i in range(200)]
            replies = await asyncio.gather(*(client.post(f"{url}/invocations", json=b) for b in bodies))
            return [r.status_code for r in replies]

    codes = asyncio.run(flood())
    assert codes == [200 if i % 5 else 400 for i in range(200)]


def test_metrics_count_what_was_answered(url: str) -> None:
    def value(name: str, **labels: str) -> float:
        text = httpx.get(f"{url}/metrics").text
        samples = [s for f in text_string_to_metric_families(text) for s in f.samples]
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    before = value("groundway_requests_total", route="invocations", code="200")
    bad = value("groundway_requests_total", route="invocations", code="400")
    scores = value("groundway_score_count")
    ask(url, ROW, ROW)
    ask(url, {})
    assert value("groundway_requests_total", route="invocations", code="200") == before + 1
    assert value("groundway_requests_total", route="invocations", code="400") == bad + 1
    assert value("groundway_score_count") == scores + 2
    assert value("groundway_model_info", model="small", version="1") == 1
    assert value("groundway_request_seconds_count", route="invocations") >= 2
    assert value("groundway_score_bucket", le="+Inf") == value("groundway_score_count")


@pytest.mark.slow
def test_before_the_model_is_loaded_it_is_503(model: Path, tmp_path: Path) -> None:
    absent = tmp_path / "m"
    absent.mkdir()
    with serving(absent, ready=False) as (process, url):
        for _ in range(200):
            try:
                if "no model" in httpx.get(f"{url}/ping").text:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        assert httpx.get(f"{url}/ping").status_code == 503
        reply = ask(url, ROW)
        assert reply.status_code == 503
        assert "retry-after" in reply.headers
        assert httpx.get(f"{url}/v2/health/live").status_code == 200
        assert httpx.get(f"{url}/v2/health/ready").status_code == 503
        shutil.copytree(model, absent, dirs_exist_ok=True)
        assert wait(url)[-1] == 200
        assert ask(url, ROW).status_code == 200
        assert process.poll() is None


def test_a_tampered_model_is_refused_and_the_server_ends(model: Path, tmp_path: Path) -> None:
    shutil.copytree(model, tmp_path / "m")
    (tmp_path / "m" / "reference.parquet").write_bytes(b"x")
    with serving(tmp_path / "m", ready=False) as (process, _):
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "It is not used" in err
    assert "Traceback" not in err


def start_large(pool: ThreadPoolExecutor, url: str, requests: int) -> list[Future]:
    """Requests of some tenths of a second of work each; returns when the server has taken them all."""
    body = json.dumps({"instances": [ROW] * 60_000}).encode()
    running = [pool.submit(httpx.post, f"{url}/invocations", content=body, timeout=60) for _ in range(requests)]
    for _ in range(400):
        if f"groundway_requests_running {requests}.0" in httpx.get(f"{url}/metrics", timeout=30).text:
            return running
        time.sleep(0.01)
    raise AssertionError("the requests did not run together")


def answered_in_full(running: list[Future]) -> bool:
    return all(f.result().status_code == 200 and len(f.result().json()["predictions"]) == 60_000 for f in running)


@pytest.mark.slow
def test_sigterm_tells_balancers_first_and_still_answers(model: Path) -> None:
    with serving(model, "--linger", "4") as (process, url), ThreadPoolExecutor(16) as pool:
        running = start_large(pool, url, 3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert httpx.get(f"{url}/ping", timeout=30).status_code == 503
        small = [pool.submit(ask, url, ROW) for _ in range(8)]
        assert [f.result().status_code for f in small] == [200] * 8
        assert answered_in_full(running)
        assert process.wait(30) == 0
        with pytest.raises(httpx.ConnectError):
            ask(url, ROW)


@pytest.mark.slow
def test_connections_are_refused_while_requests_that_run_are_answered(model: Path) -> None:
    with serving(model) as (process, url), ThreadPoolExecutor(8) as pool:
        running = start_large(pool, url, 3)
        process.send_signal(signal.SIGTERM)
        refused_while_running = False
        while process.poll() is None:
            try:
                httpx.get(f"{url}/v2/health/live", timeout=30)
            except httpx.TransportError:
                refused_while_running |= not all(f.done() for f in running)
            time.sleep(0.01)
        assert refused_while_running
        assert answered_in_full(running)
        assert process.returncode == 0


def test_more_than_may_wait_is_refused_at_once(url: str) -> None:
    async def flood() -> set[int]:
        body = json.dumps({"instances": [ROW] * 20_000}).encode()
        async with httpx.AsyncClient(timeout=120) as client:
            replies = await asyncio.gather(*(client.post(f"{url}/invocations", content=body) for _ in range(14)))
            return {r.status_code for r in replies}

    assert asyncio.run(flood()) == {200, 503}
    assert ask(url, ROW).status_code == 200


def test_a_bad_option_is_told_before_anything_starts(model: Path) -> None:
    with serving(model, "--body-limit", "0", ready=False) as (process, _):
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--body-limit 0" in err
