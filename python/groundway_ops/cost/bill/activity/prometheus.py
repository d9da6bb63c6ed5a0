"""A Prometheus, or Amazon Managed Prometheus: ranges of series, day by day, as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import duckdb

from groundway.errors import InvalidInput, Unavailable

Span = tuple[datetime, datetime, timedelta]  # from, to (exclusive), and how far apart the values are
PATIENCE = 120.0  # seconds for one answer
AMAZON = "aps-workspaces"  # https://aps-workspaces.<region>.amazonaws.com/workspaces/ws-...


@dataclass(frozen=True)
class Prometheus:
    """`url`: before `/api/v1`. Requests to Amazon Managed Prometheus are signed with the usual AWS credentials."""

    url: str

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise InvalidInput(f"--prometheus {self.url!r} is no address; write http://host:9090")

    def load(self, db: duckdb.DuckDBPyConnection, table: str, query: str, span: Span, *labels: str) -> int:
        """Make `table` of what `query` gives at each step of the span, UTC: time, value, and these labels.

        A label that a series does not have is NULL. Returns the number of values.
        """
        import pyarrow as pa

        columns: dict[str, list[Any]] = {"time": [], "value": [], **{label: [] for label in labels}}
        for series in self.range(query, span):
            of = series["metric"]
            for at, value in series["values"]:
                columns["time"].append(round(float(at) * 1_000_000))
                columns["value"].append(float(value))
            for label in labels:
                columns[label] += [of.get(label) or None] * len(series["values"])
        kinds = {"time": pa.timestamp("us"), "value": pa.float64()}
        found = pa.table({name: pa.array(taken, kinds.get(name, pa.string())) for name, taken in columns.items()})
        db.register("found", found)
        db.execute(f"CREATE TABLE {table} AS SELECT * FROM found WHERE NOT isnan(value)")
        db.unregister("found")
        return int(found.num_rows)

    def range(self, query: str, span: Span) -> list[dict[str, Any]]:
        """The series of a query: `metric`, its labels, and `values`, pairs of seconds and text."""
        first, after, step = span
        asked = {
            "query": query,
            "start": f"{first.isoformat()}Z",
            "end": f"{(after - step).isoformat()}Z",
            "step": f"{int(step.total_seconds())}s",
        }
        return list(self._ask("/api/v1/query_range", asked)["result"])

    def _ask(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        import requests

        url = self.url.rstrip("/") + path
        try:
            with requests.Session() as session:
                session.trust_env = urlsplit(url).hostname not in ("127.0.0.1", "localhost")
                request = session.prepare_request(requests.Request("POST", url, data=asked))
                if str(urlsplit(url).hostname).startswith(AMAZON):
                    sign(request)
                settings = session.merge_environment_settings(url, {}, None, None, None)
                answer = session.send(request, timeout=PATIENCE, **settings)
                said = answer.json()
        except requests.JSONDecodeError:
            raise Unavailable(f"{url} answers {answer.status_code}, and not as a Prometheus does") from None
        except requests.RequestException as e:
            raise Unavailable(f"Prometheus at {self.url} cannot be reached: {e}") from None
        if said.get("status") != "success":
            told = said.get("error") or said.get("message") or f"status {answer.status_code}"
            raise Unavailable(f"Prometheus at {self.url} refused {asked['query']!r}: {told}")
        return dict(said["data"])


def sign(request: Any) -> None:
    """Sign a prepared request (of `requests`) as AWS wants it, version 4. Raises `Unavailable` without credentials."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.session import get_session

    credentials = get_session().get_credentials()
    if credentials is None:
        raise Unavailable(f"{request.url} needs AWS credentials: aws sso login, or AWS_PROFILE")
    host = str(urlsplit(request.url).hostname)
    signed = AWSRequest(request.method, request.url, {"Content-Type": request.headers["Content-Type"]}, request.body)
    SigV4Auth(credentials, "aps", host.split(".")[1]).add_auth(signed)
    request.headers.update(dict(signed.headers.items()))


def days(first: datetime, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    """[first, after) in pieces of a day at most: no answer has more than Prometheus's 11,000 points a series."""
    while first < after:
        yield first, min(first + timedelta(days=1), after)
        first += timedelta(days=1)
