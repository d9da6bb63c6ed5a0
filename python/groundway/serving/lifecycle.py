"""A server's life: loading the model, taking up another one at once or by weight, draining."""

import asyncio
import signal
from collections.abc import Callable, Coroutine

from groundway import service
from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.platform import Platform
from groundway.release import ModelPin
from groundway.serving.engine import Engine, Features, Serving
from groundway.serving.load import Model
from groundway.serving.metrics import Metrics
from groundway.serving.prediction_log import PredictionLog, check_names
from groundway.serving.settings import Settings
from groundway.serving.source import Found, chosen, hexadecimal, pinned
from groundway.serving.store import S3Sink
from groundway.serving.variants import Variants
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
        self.variants = Variants(self._engine)
        self.draining = False
        self.refused: Refused | None = None
        self.on_refused: Callable[[], None] = lambda: None
        self._source = chosen(settings, platform)
        self._reason = "the model is being loaded"
        self._changing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def not_ready(self) -> str | None:
        """Why no prediction should be asked for; None when all is well."""
        if self.draining:
            return "the server is shutting down"
        return None if self.variants.current else self._reason

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._reload_on_signal()))
        self._spawn(self._first())

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.variants.stop()
        if self.log:
            await asyncio.to_thread(self.log.close)

    async def reload(self) -> bool:
        """Take up the version that the source names now; True if it is another one. The old one serves meanwhile.

        Raises `Refused` while a candidate is there that is not that version.
        """
        async with self._changing:
            return await self._take_up()

    async def candidate(self, pin: ModelPin, weight: float | None) -> None:
        """Have the pinned version answer this share of the requests: of what is there already, only the share changes.

        Without a weight a new candidate is asked nothing yet. Where nothing is served, nor named by the source, the
        version answers everything. Raises `Refused` for one that cannot be served.
        """
        if self.platform is None:
            raise Unavailable("a pinned version lies in the platform's models bucket, and the server has no platform")
        async with self._changing:
            await self._before_candidate()
            if self.variants.holding(hexadecimal(pin)) is None:
                self.variants.check_room()
                found = pinned(self.platform, self.settings.model, pin)
                self.variants.start(await asyncio.to_thread(self._load_candidate, found))
            if weight is not None and self.variants.is_candidate(hexadecimal(pin)):
                self.variants.shift(weight)
            self._changed()

    async def shift(self, weight: float) -> None:
        """Have the candidate answer this share of the requests."""
        async with self._changing:
            self.variants.shift(weight)
            self._changed()

    async def promote(self, digest: str) -> None:
        """The candidate of that digest (hex) answers everything; nothing happens when it does already."""
        async with self._changing:
            self.variants.promote(digest)
            self._changed()

    async def drop(self, digest: str) -> None:
        """The candidate of that digest (hex) answers nothing; nothing happens when it is not there."""
        async with self._changing:
            self.variants.drop(digest)
            self._changed()

    async def _before_candidate(self) -> None:
        """A server that has just been started must not take the candidate for what it is to serve."""
        if self.variants.current is None:
            try:
                wanted = await asyncio.to_thread(self._source.current)
            except InvalidInput:  # there is nothing else
                return
            await self._take(wanted)

    async def _take_up(self) -> bool:
        return await self._take(await asyncio.to_thread(self._source.current))

    async def _take(self, wanted: Found) -> bool:
        if (current := self.variants.current) and _same(current.serving.model, wanted):
            return False
        if (candidate := self.variants.candidate) and _same(candidate.serving.model, wanted):
            self.variants.promote(wanted.digest)
        else:
            self.variants.check_room()
            self.variants.take(await asyncio.to_thread(self._load, wanted))
        self._changed()
        return True

    def _changed(self) -> None:
        shares = [(engine.serving.model, share) for engine, share in self.variants]
        self.metrics.serving(shares)
        self.metrics.ready.set(1 if shares else 0)
        told = [f"version {m.version} (digest {m.digest[:12]}, {share:.0%})" for m, share in shares]
        self.report(f"serving {self.settings.model} {', '.join(told)}")

    def _engine(self, serving: Serving) -> Engine:
        engine = Engine(serving, self.metrics, self.log, self.settings.batch_rows, self.settings.waiting_rows)
        engine.start()
        return engine

    def _load_candidate(self, wanted: Found) -> Serving:
        try:
            return self._load(wanted)
        except GroundwayError:
            raise
        except Exception as e:
            raise Refused(f"version {wanted.version} cannot be loaded: {type(e).__name__}: {e}") from None

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
                async with self._changing:
                    if self.variants.current is None:  # it may have been given one meanwhile
                        await self._take_up()
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


def _same(model: Model, wanted: Found) -> bool:
    return (model.version, model.digest) == (wanted.version, wanted.digest)


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
