"""A real Prometheus, filled with series of the past, on a free port of the loopback address."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

SETUP = Path(__file__).parents[4] / ".venv-cdktn" / "bin"


def _binary(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=SETUP)


needs_prometheus = pytest.mark.skipif(
    not (_binary("prometheus") and _binary("promtool")), reason="there is no prometheus (Debian's package: prometheus)"
)

# name, labels, value, from, to (exclusive); one sample a minute
Series = tuple[str, dict[str, str], float, datetime, datetime]


@contextmanager
def prometheus(folder: Path, series: Iterable[Series]) -> Iterator[str]:
    """Its URL."""
    (folder / "series.txt").write_text(openmetrics(series))
    (folder / "prometheus.yml").write_text("global: {}\n")
    made = subprocess.run(
        [str(_binary("promtool")), "tsdb", "create-blocks-from", "openmetrics", folder / "series.txt", folder / "data"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [
                str(_binary("prometheus")),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                "--storage.tsdb.retention.time=100y",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        _await(f"http://127.0.0.1:{port}/-/ready", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def openmetrics(series: Iterable[Series]) -> str:
    """The series as OpenMetrics text: a family after the other, each in the order of time."""
    families: dict[str, list[tuple[float, str]]] = {}
    for name, labels, value, first, after in series:
        named = ",".join(f'{key}="{text}"' for key, text in labels.items())
        at = first
        while at < after:
            seconds = at.replace(tzinfo=UTC).timestamp()
            families.setdefault(name, []).append((seconds, f"{name}{{{named}}} {value} {seconds:.0f}"))
            at += timedelta(minutes=1)
    lines = []
    for name, samples in families.items():
        lines.append(f"# TYPE {name} gauge")
        lines += [line for _, line in samples]
    return "\n".join([*lines, "# EOF", ""])


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            with build_opener(ProxyHandler({})).open(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())
