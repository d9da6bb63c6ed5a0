"""Requests a second for one row a request: our server against `mlflow models serve`, on the same model in one run.

    .venv/bin/python tests/benchmarks/bench_serving.py [seconds]

Both run one worker; the client is this process, with 16 keep-alive connections, and takes its share of the CPU, so the
ratio says more than the numbers.
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from groundway.contract import ModelContract, RequestField
from groundway.registry import mlmodel
from groundway.serving.settings import Settings

CONNECTIONS = 16
NUMBERS = [f"n{i}" for i in range(10)]


def make_model(directory: Path, estimator: object) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({n: rng.normal(size=5000) for n in NUMBERS}).assign(carrier=rng.choice(list("ABC"), 5000))
    encode = make_column_transformer((OrdinalEncoder(), ["carrier"]), remainder="passthrough")
    model = make_pipeline(encode, estimator).fit(frame, frame.n0 + rng.normal(size=5000) > 0)
    fields = [*(RequestField(name=n, dtype="float64") for n in NUMBERS), RequestField(name="carrier", dtype="string")]
    contract = ModelContract(request=tuple(fields), inputs=(*NUMBERS, "carrier"), categorical=("carrier",))
    skops.io.dump(model, directory / "model.skops")
    (directory / "contract.json").write_text(contract.model_dump_json())
    mlmodel.write(directory, contract, "3.11")


@contextmanager
def running(command: list[str], ready: str) -> Iterator[None]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # mlflow starts `uvicorn` by name
    env = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(ready, timeout=2)
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit(f"not ready: {command}")
        yield
    finally:
        process.terminate()
        process.wait()


async def load(port: int, body: bytes, seconds: float) -> tuple[float, float]:
    """(requests a second, median latency in ms)."""
    head = f"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    message = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begun := time.perf_counter()) < end:
            writer.write(message)
            reply = await reader.readuntil(b"\r\n\r\n")
            assert reply.startswith(b"HTTP/1.1 200"), reply
            length = int(reply.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return len(times) / seconds, statistics.median(times) * 1000


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def ours(directory: Path, port: int) -> list[str]:
    settings = Settings(model="m", directory=directory, log=False, port=port).model_dump_json()
    return [sys.executable, "-m", "groundway.serving", settings]


def theirs(directory: Path, port: int) -> list[str]:
    options = ["--env-manager", "local", "--workers", "1", "--port", str(port)]
    return [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(directory), *options]


def main(seconds: float) -> None:
    import uvloop

    row = {**dict.fromkeys(NUMBERS, 0.5), "carrier": "A"}
    bodies = {"groundway": {"instances": [row]}, "mlflow": {"dataframe_records": [row]}}
    for estimator in (LogisticRegression(), HistGradientBoostingClassifier(max_iter=100)):
        with tempfile.TemporaryDirectory() as d:
            make_model(Path(d), estimator)
            rates = {}
            for name, command in (("groundway", ours), ("mlflow", theirs)):
                port = free_port()
                body = json.dumps(bodies[name]).encode()
                with running(command(Path(d), port), f"http://127.0.0.1:{port}/ping"):
                    uvloop.run(load(port, body, 1))
                    rates[name], median = uvloop.run(load(port, body, seconds))
                print(f"{type(estimator).__name__:32}{name:10}{rates[name]:8.0f} req/s  median {median:6.2f} ms")
            print(f"{'':32}ratio     {rates['groundway'] / rates['mlflow']:8.1f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
