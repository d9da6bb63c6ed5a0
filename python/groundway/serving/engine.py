"""One model at work: requests that wait while it is busy are answered together in its next pass.

One thread predicts, so the event loop stays free for /ping; under load a pass takes many requests, and reads all their
features at once, without any request waiting for a timer.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from groundway.contract import ModelContract, OnlineInput, assemble, check_request
from groundway.errors import InvalidInput, Unavailable
from groundway.serving.load import Model
from groundway.serving.metrics import Metrics
from groundway.serving.prediction_log import PredictionLog
from groundway.serving.window import Window
from groundway.serving.wire import Request


class Features(Protocol):
    """What the engine needs of `groundway.features.FeatureStore`."""

    def online(self, features: Sequence[OnlineInput], rows: Any) -> dict[str, list[Any]]: ...


@dataclass(frozen=True)
class Serving:
    """What can be served: a model and, if its contract asks for online inputs, where they come from."""

    model: Model
    features: Features | None


@dataclass(frozen=True)
class Answer:
    model: Model
    scores: Any  # (n,) float64


Waiting = tuple[Request, "asyncio.Future[Answer]"]


class Engine:
    """Answers with `serving` until it is told to finish. `window` is what it answered lately."""

    def __init__(
        self, serving: Serving, metrics: Metrics, log: PredictionLog | None, batch_rows: int, waiting_rows: int
    ) -> None:
        self.serving = serving
        self.window = Window()
        self._metrics, self._log = metrics, log
        self._histogram = metrics.scores.of(serving.model.version)
        self._batch_rows, self._waiting_rows = batch_rows, waiting_rows
        self._queue: deque[Waiting] = deque()
        self._rows = 0
        self._wake = asyncio.Event()
        self._pool = ThreadPoolExecutor(1, "model")
        self._finishing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    def finish(self) -> None:
        """Answer what waits, then end; nothing more may be asked."""
        self._finishing = True
        self._wake.set()

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
        self._pool.shutdown()

    async def predict(self, request: Request) -> Answer:
        """Raises `InvalidInput` naming the field, `Unavailable` when overloaded or without features."""
        if self._rows + len(request.rows) > self._waiting_rows:
            raise Unavailable(f"overloaded: {self._rows} rows are waiting")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((request, future))
        self._rows += len(request.rows)
        self._wake.set()
        return await future

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue or not self._finishing:
            await self._wake.wait()
            batch = self._take()
            if not batch:
                continue
            answers = await loop.run_in_executor(self._pool, self._answer, [r for r, _ in batch])
            for (_, future), answer in zip(batch, answers, strict=True):
                if future.done():  # the caller went away
                    continue
                if isinstance(answer, BaseException):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        self._pool.shutdown(wait=False)

    def _take(self) -> list[Waiting]:
        """Whole requests up to `batch_rows`, at least one."""
        batch: list[Waiting] = []
        rows = 0
        while self._queue and (not batch or rows + len(self._queue[0][0].rows) <= self._batch_rows):
            batch.append(self._queue.popleft())
            rows += len(batch[-1][0].rows)
        self._rows -= rows
        if not self._queue:
            self._wake.clear()
        return batch

    def _answer(self, requests: list[Request]) -> list[Answer | BaseException]:
        """All at once; if that fails, each by itself, so that only those fail that have to."""
        try:
            scores = self._scores(requests)
        except Exception as e:
            if len(requests) == 1:
                return [e]
            return [self._answer([r])[0] for r in requests]
        ends = [0]
        for r in requests:
            ends.append(ends[-1] + len(r.rows))
        return [Answer(self.serving.model, scores[a:b]) for a, b in pairwise(ends)]

    def _scores(self, requests: list[Request]) -> Any:
        model = self.serving.model
        contract = model.contract
        rows = requests[0].rows if len(requests) == 1 else [row for r in requests for row in r.rows]
        inputs = assemble(contract, *self._fetched(contract, rows))
        scores = model.predict(inputs)
        self._histogram.observe(scores)
        self.window.scores.extend(scores)
        self._metrics.batch.observe(len(scores))
        if self._log:
            self._log.add(requests, inputs, scores, model.version)
        return scores

    def _fetched(
        self, contract: ModelContract, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[Any, Mapping[str, Sequence[Any]]]:
        if not contract.online:
            return rows, {}
        if self.serving.features is None:
            raise Unavailable("the model needs online features, and the server has no feature store")
        frame = check_request(contract, rows)
        begun = time.perf_counter()
        try:
            online = self.serving.features.online(contract.online, frame)
        except InvalidInput as e:  # views that are not there: the caller's rows are right
            raise Unavailable(f"online features: {e.message}") from None
        finally:
            self._metrics.features.observe(time.perf_counter() - begun)
        return frame, online
