"""A server's life: loading the model, taking up a new champion, draining."""

import asyncio
import signal
from collections.abc import Callable, Coroutine

from groundway import service
from groundway.errors import GroundwayError, Refused, Unavailable
from groundway.platform import Platform
from groundway.serving.engine import Engine, Features, Serving
from groundway.serving.load import Model
from groundway.serving.metrics import Metrics
from groundway.serving.prediction_log import PredictionLog, check_names
from groundway.serving.settings import Settings
from groundway.serving.source import Found, chosen
from groundway.serving.store import S3Sink
from groundway.tags import CostTags

RETRY = (1.0, 15.0)  # seconds between attempts to find a model: at first, at last


class Lifecycle:
    """State of one server. `platform` may be None for a model without online inputs whose predictions are not logged.

    `refused` holds what the first model was refused for; the server ends then, since waiting would not mend it.
    """

    def __init__(self, settings: Settings, platform: Platform | None, report: Callable[[str], None]) -> None:
        self.settings, self.platform, self.report = settings, platform, report
        self.metrics = Metrics(settings.model)
        self.log = _log(settings, platform, self.metrics, report)
        self.engine = Engine(self.metrics, self.log, settings.batch_rows, settings.waiting_rows)
        self.draining = False
        self.refused: Refused | None = None
        self.on_refused: Callable[[], None] = lambda: None
        self._source = chosen(settings, platform)
        self._reason = "the model is being loaded"
        self._loading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def not_ready(self) -> str | None:
        """Why no prediction should be asked for; None when all is well."""
        if self.draining:
            return "the server is shutting down"
        return None if self.engine.serving else self._reason

    async def start(self) -> None:
        self.engine.start()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._reload_on_signal()))
        self._spawn(self._first())

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.engine.stop()
        if self.log:
            await asyncio.to_thread(self.log.close)

    async def reload(self) -> bool:
        """Take up the version that the source names now; True if it is another one. The old one serves meanwhile."""
        async with self._loading:
            wanted = await asyncio.to_thread(self._source.current)
            serving = self.engine.serving
            if serving and (serving.model.version, serving.model.digest) == (wanted.version, wanted.digest):
                return False
            self.engine.serving = loaded = await asyncio.to_thread(self._load, wanted)
            self.metrics.serving(loaded.model)
            self.metrics.ready.set(1)
            self.report(f"serving {loaded.model.name} version {wanted.version} (digest {wanted.digest[:12]})")
            return True

    def _load(self, wanted: Found) -> Serving:
        model, tags = wanted.fetch()
        check_names(model.contract.inputs)
        return Serving(model, self._features(model, tags))

    def _features(self, model: Model, tags: CostTags | None) -> Features | None:
        if not model.contract.online:
            return None
        if self.platform is None:
            raise Unavailable(f"{model.name} needs online features, and there is no platform to fetch them from")
        from groundway import features

        tags = tags or self.platform.tags.using(model=model.name)
        named = self.settings.feature_project or model.contract.feature_project
        project = named or tags.project.replace("-", "_").replace(".", "_")
        store = features.store(self.platform, project, tags)
        # Ask once, so that a view that is not there is found before a caller finds it.
        empty: dict[str, list[object]] = {f.name: [] for f in model.contract.request}
        store.online(model.contract.online, empty)
        return store

    async def _first(self) -> None:
        """Try until there is a model: it may be registered, or the registry come up, after the server."""
        wait, last = RETRY
        while True:
            try:
                await self.reload()
                return
            except Refused as e:
                self.refused = e
                self.report(e.message)
                self.on_refused()
                return
            except Exception as e:
                what = e.message if isinstance(e, GroundwayError) else f"{type(e).__name__}: {e}"
                self._reason = f"no model: {what}"
                self.report(f"{self._reason}; trying again in {wait:g} s")
            await asyncio.sleep(wait)
            wait = min(wait * 2, last)

    async def _reload_on_signal(self) -> None:
        try:
            changed = await self.reload()
            self.report("reload: another version" if changed else "reload: the same version")
        except Exception as e:  # the version that is served stays
            self.report(f"reload: {e.message if isinstance(e, GroundwayError) else e}")

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _log(
    settings: Settings, platform: Platform | None, metrics: Metrics, report: Callable[[str], None]
) -> PredictionLog | None:
    if not settings.log:
        return None
    if platform is None:
        raise Unavailable("predictions are logged to the platform's data bucket, and there is no platform (--no-log)")
    sink = S3Sink(platform, settings.model, platform.tags.using(model=settings.model))
    return PredictionLog(
        service.home() / "spool" / platform.environment / settings.model,
        sink,
        metrics,
        report,
        seconds=settings.log_seconds,
        rows=settings.log_rows,
        memory_rows=settings.log_memory_rows,
        spool_bytes=settings.log_spool,
    )
