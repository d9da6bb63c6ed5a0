"""Judge documents by the rules, and fail closed: what was not looked at was not passed."""

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from groundway.errors import GroundwayError
from groundway_ops.gate import rules
from groundway_ops.gate.documents import Document
from groundway_ops.gate.engine import Engine, EngineError, engine
from groundway_ops.gate.excepting import Exceptions
from groundway_ops.gate.exceptions import Waiver
from groundway_ops.gate.rules import Bundle
from groundway_ops.gate.verdict import Finding, Judged, Verdict, printable

Answer = tuple[list[Finding], dict[str, Any]]


class Gate:
    """The policies of a folder, ready to judge. `unprotected` is the environment that GROUNDWAY_UNPROTECT names.

    `today` (UTC; default: the clock's) decides which exceptions have expired.
    """

    def __init__(self, policies: Path, unprotected: str | None = None, today: date | None = None) -> None:
        self.bundle: Bundle = rules.load(policies)
        self.exceptions = Exceptions.of(self.bundle, today or datetime.now(UTC).date())
        data = {**self.bundle.data, "unprotected": [unprotected] if unprotected else []}
        # Area by area, which is faster than one rule of hundreds; an area that is not there leaves the query no answer.
        asked = ", ".join(f"data.main.deny_{area}" for area in self.bundle.areas)
        self._query = f"said = [{asked}]; seen = data.lib.terraform.seen"
        self.engine: Engine = engine(self.bundle.modules, data, self._query)

    def judge(self, documents: Iterable[Document]) -> Verdict:
        """The verdict on all of them together. Never raises for what a document holds: that is a failure in it."""
        start = time.monotonic()
        found: list[tuple[Finding, Waiver | None]] = []
        failures: list[str] = []
        judged: list[Judged] = []
        environments: dict[bool, set[str]] = {True: set(), False: set()}  # of estimates, of stacks
        for document, answer in self._evaluated(list(documents)):
            if isinstance(answer, GroundwayError):
                failures.append(f"{document.stack}: could not be judged: {answer.message}")
                continue
            said, seen = answer
            found += [(finding, self.exceptions.waiver(finding, seen["environment"])) for finding in said]
            failures += [f"{document.stack}: {failure}" for failure in self._blind(document, seen)]
            if not document.plan and seen["environment"]:
                environments[document.estimate].add(seen["environment"])
            if not document.estimate:
                counted = len(document.addresses & set(seen["addresses"]))
                judged.append(Judged(document.stack, counted, document.plan))
        failures += self._unpriced(environments[False] - environments[True])
        if not judged and not failures:
            failures.append("there was nothing to judge")
        found = sorted(_once(found), key=lambda pair: pair[0])
        excepted = tuple((finding, waiver) for finding, waiver in found if waiver)
        failures += self.exceptions.failures(judged, excepted)
        return Verdict(
            engine=self.engine.name,
            digest=self.bundle.digest,
            rules=self.bundle.rules,
            judged=tuple(judged),
            findings=tuple(finding for finding, waiver in found if not waiver),
            excepted=excepted,
            failures=tuple("\n".join(map(printable, failure.splitlines())) for failure in failures),
            seconds=time.monotonic() - start,
        )

    def _evaluated(self, documents: list[Document]) -> Iterator[tuple[Document, Answer | GroundwayError]]:
        """The largest first, so that no thread has much to do when the others have nothing."""
        documents = sorted(documents, key=lambda d: (-len(d.addresses), d.stack))
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            yield from zip(documents, threads.map(self._answer, documents), strict=True)

    def _answer(self, document: Document) -> Answer | GroundwayError:
        try:
            return self._evaluate(document)
        except GroundwayError as e:
            return e

    def _evaluate(self, document: Document) -> Answer:
        answer = self.engine.query(self._query, document.content)
        seen = answer["seen"]
        if not isinstance(seen["environment"], str):  # a reference, or nothing
            seen = {**seen, "environment": None}
        return [self._finding(document, said) for findings in answer["said"] for said in findings], seen

    def _finding(self, document: Document, said: Any) -> Finding:
        if not isinstance(said, dict) or not {"rule", "address", "msg"} <= said.keys():
            raise EngineError(f"a finding is not made with tf.finding: {said}")
        if said["rule"] not in self.bundle.rules:
            raise EngineError(f"a finding names no rule that there is: {said}")
        address = said["address"].partition("[")[0]
        path = document.stack if address == "stack" else document.paths.get(address, "")
        return Finding(
            stack=document.stack,
            address=printable(said["address"]),
            rule=said["rule"],
            message=printable(said["msg"].removeprefix(f"{said['rule']}: {said['address']}: ")),
            path=printable(path),
            source=printable(document.sources.get(path, "")),
            value=said.get("value"),
            plan=document.plan,
            file=str(document.file),
        )

    def _unpriced(self, environments: set[str]) -> list[str]:
        """Environments whose estimate was not handed in, though a rule judges it."""
        wanted = any("estimate" in rule.types for rule in self.bundle.rules.values())
        return [f"{name}: what it costs was not looked at" for name in sorted(environments)] if wanted else []

    def _blind(self, document: Document, seen: dict[str, Any]) -> list[str]:
        """What of a document the rules did not see."""
        failures = []
        if missed := sorted(document.addresses - set(seen["addresses"])):
            failures.append(f"{len(missed)} resources were not evaluated, {missed[0]} among them")
        if not document.addresses and not document.plan and not document.estimate:
            failures.append("it has no resources, so nothing was judged")
        environments = self.bundle.data.get("allowed", {}).get("environments", {})
        if seen["environment"] not in environments:
            failures.append(
                f"its default tags name the environment {seen['environment']!r}, which policies/allowed.yaml does not "
                f"know; it knows {', '.join(environments)}"
            )
        known = self.bundle.judged_types | self.bundle.unjudged.keys()
        failures += [
            f"no rule judges {kind}: write one, or say in policies/rules.yaml, under `unjudged`, why none is needed"
            for kind in sorted({a.removeprefix("data.").split(".")[0] for a in document.addresses} - known)
        ]
        return failures


def _once(found: list[tuple[Finding, Waiver | None]]) -> list[tuple[Finding, Waiver | None]]:
    """Without what a plan only repeats of its stack."""
    written = {finding for finding, _ in found if not finding.plan}
    return [(f, w) for f, w in found if not f.plan or replace(f, plan=False) not in written]
