"""`groundway promote`: a release of one environment becomes the next one's, if every gate lets it."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from groundway import platform as platforms
from groundway import release as releases
from groundway.errors import Refused
from groundway.release import Release, artifacts
from groundway.release.model import digest
from groundway_ops.promotion import gates, journal, steps
from groundway_ops.promotion.candidate import candidate
from groundway_ops.promotion.cut import keep
from groundway_ops.promotion.desk import Desk, contents
from groundway_ops.promotion.gates import Request, Result
from groundway_ops.promotion.journal import Journal, Lease
from groundway_ops.promotion.steps import Step
from groundway_ops.promotion.workspace import workspace

STEPS = ("models", "sbom", "pin", "evidence")


class NotPassed(Refused):
    """At least one gate said no; `results` are those of all."""

    def __init__(self, message: str, results: list[Result]) -> None:
        super().__init__(message)
        self.results = results


@dataclass(frozen=True)
class Promotion:
    """From `source` to `target`. `accepted` are addresses of stateful resources that may go."""

    source: Desk
    target: Desk
    reason: str = ""
    accepted: frozenset[str] = frozenset()

    def run(self) -> tuple[Release, list[Result]]:
        """The release that the target pins now, and what the gates said; no results where it was pinned before.

        Raises `NotPassed` when a gate says no: nothing is changed then but for the evidence of it.
        """
        target = self.target
        wanted, origin = candidate(self.source, target)
        current = releases.pinned(target.root, target.name)
        if current and current.subject == wanted.subject and journal.find(target.account) is None:
            target.report(f"{target.name} pins it already, as {current.name}")
            return current, []
        details = {"accepted": sorted(self.accepted), "origin": wanted.origin}
        new = Journal.of(
            "promotion",
            target.caller,
            self.reason,
            wanted,
            target.configuration(),
            previous=current,
            details=details,
        )
        with journal.begin(target.account, new) as lease:
            results: list[Result] = []
            if "pin" not in lease.journal.done:
                lease.note(accepted=sorted(self.accepted))  # what the gates judge is what is recorded
                results = self._gates(lease, origin)
            steps.run(lease, self.steps(lease), target.report)
        return lease.journal.release, results

    def steps(self, lease: Lease) -> list[Step]:
        release = lease.journal.release
        source, target = self.source.name, self.target.name
        return [
            Step("models", f"copying models from {source} to {target}", lambda: self._copy(release), prepares=True),
            Step("sbom", "keeping the bill of materials", lambda: self._bill(lease.journal), prepares=True),
            Step("pin", f"pinning {release.name}", lambda: self._pin(release)),
            Step("evidence", "leaving evidence", lambda: self._tell(lease.journal)),
        ]

    def _gates(self, lease: Lease, origin: Release) -> list[Result]:
        """All gates; their evidence is left whatever they say. Nothing is held up by a promotion that is refused."""
        target, now = self.target, lease.journal
        steps.fault("promotion:gates:before")
        request = Request(
            source=self.source.environment,
            target=target.environment,
            root=workspace(target, now.release, now.configuration, pin=False),
            work=target.directory / "gates",
            repository=target.root,
            candidate=now.release,
            origin=origin,
            current=now.previous,
            requester=now.by,
            reason=now.reason,
            accepted=self.accepted,
            now=datetime.now(UTC),
            in_source=self.source.account,
            in_target=target.account,
            report=target.report,
        )
        results = gates.evaluate(request)
        found = [json.loads(result.model_dump_json()) for result in results]
        passed = all(result.passed for result in results)
        told = {"passed": passed, "subject": now.release.subject, "results": found, **now.details}
        target.tell(now, "gates", digest(found)[7:19], **told)
        steps.fault("promotion:gates:after")
        if not passed:
            lease.close()
            said = [f"{result.gate}: {result.reason}" for result in results if not result.passed]
            raise NotPassed(
                f"{now.release.origin} does not go to {target.name}; {len(said)} of {len(results)} gates say no:\n  "
                + "\n  ".join(said),
                results,
            )
        self._tell_exceptions(now, results)
        return results

    def _tell_exceptions(self, now: Journal, results: Iterable[Result]) -> None:
        for result in results:
            for excepted in result.evidence.get("excepted", []) if result.gate == "policies" else ():
                self.target.tell(now, "exception", digest(excepted)[7:19], **json.loads(json.dumps(excepted)))

    def _copy(self, release: Release) -> None:
        with self.target.account.entered():
            there = platforms.load(self.target.name)
            missing = {n: p for n, p in release.models.items() if not artifacts.exists(there, n, p.digest)}
        for name, pin in missing.items():
            with tempfile.TemporaryDirectory() as d:
                with self.source.account.entered():
                    here = platforms.load(self.source.name)
                    directory = artifacts.fetch(here, name, pin, Path(d) / "model")
                    signature = artifacts.signature(here, name, pin.digest)
                with self.target.account.entered():
                    tags = there.tags.using(model=name)
                    artifacts.publish(there, name, pin.digest, directory, signature, tags)

    def _bill(self, now: Journal) -> None:
        if now.release.sbom is None:
            return
        root = workspace(self.target, now.release, now.configuration, pin=False)
        with self.target.account.entered():
            keep(self.target, now.release, root)

    def _pin(self, release: Release) -> None:
        releases.write(self.target.root, release)

    def _tell(self, now: Journal) -> None:
        self.target.tell(now, "promotion", **contents(now.release, now.configuration), **now.details)
