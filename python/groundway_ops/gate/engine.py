"""OPA itself: the `opa` on PATH, else its library. Both stop where a built-in fails; a lesser engine goes on."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from groundway.errors import GroundwayError, Unavailable

OLDEST = (1, 0)  # the first that reads Rego v1 as it is


class EngineError(GroundwayError):
    """The engine could not answer: a rule does not parse or compile, or failed on a document."""


class Engine(Protocol):
    """Evaluates queries over modules (file name -> Rego) and data, both given once. Threads may share it."""

    name: str

    def query(self, query: str, document: Any) -> dict[str, Any]:
        """The bindings of the one answer of `query` on `document`. Raises `EngineError`."""


def engine(modules: Mapping[str, str], data: Mapping[str, Any], first: str = "true") -> Engine:
    """The engine that is there, ready for the query `first`.

    Raises `Unavailable` if there is none, `EngineError` if a module does not compile.
    """
    program = shutil.which("opa")
    return Program(program, modules, data) if program else Library(modules, data, first)


class Library:
    """OPA as a shared library, in this process. Modules are compiled at once, and once more for each further thread."""

    def __init__(self, modules: Mapping[str, str], data: Mapping[str, Any], first: str) -> None:
        try:
            import opa_bindings
        except (ImportError, OSError) as e:
            raise Unavailable(
                f"neither an `opa` on PATH nor OPA's library can be used ({e}): run `make setup`, or install OPA 1.x"
            ) from None
        self._opa, self._modules, self._data = opa_bindings, modules, dict(data)
        self.name = f"OPA's library, {version('opa-golib-python-bindings')}"
        self._free: SimpleQueue[Any] = SimpleQueue()  # an engine answers one query at a time
        engine = self._made()
        try:
            engine.eval_query(first, {})  # which compiles
        except self._opa.OpaError as e:
            if e.code != "eval_error":  # an empty document may have no answer
                raise EngineError(str(e)) from None
        self._free.put(engine)

    def query(self, query: str, document: Any) -> dict[str, Any]:
        engine = self._taken()
        try:
            answers = engine.eval_query(query, document)
        except self._opa.OpaError as e:
            raise EngineError(str(e)) from None
        finally:
            self._free.put(engine)
        return _one(answers, query)

    def _taken(self) -> Any:
        try:
            return self._free.get_nowait()
        except Empty:
            return self._made()

    def _made(self) -> Any:
        engine = self._opa.OpaEngine()
        try:
            for name, text in self._modules.items():
                engine.add_policy(name, text)
            engine.add_data(self._data)
        except self._opa.OpaError as e:
            raise EngineError(str(e)) from None
        return engine


class Program:
    """The `opa` executable, a process a query."""

    def __init__(self, program: str, modules: Mapping[str, str], data: Mapping[str, Any]) -> None:
        self._program = program
        found = re.search(r"Version: (\d+)\.(\d+)\S*", self._run("version"))
        if found is None or tuple(map(int, found.groups())) < OLDEST:
            raise Unavailable(f"{program} is not OPA 1.0 or newer: upgrade it, or take it off PATH to use the library")
        self.name = f"OPA {found[0].removeprefix('Version: ')} at {program}"
        self._folder = tempfile.TemporaryDirectory(prefix="groundway-gate-")
        self._write(modules, data)
        self.query("true", {})

    def query(self, query: str, document: Any) -> dict[str, Any]:
        said = self._run(
            *("eval", "--format", "json", "--strict-builtin-errors", "--stdin-input"),
            *("--data", self._folder.name, query),
            text=json.dumps(document),
        )
        try:
            answers = [r.get("bindings", {}) for r in json.loads(said).get("result", [])]
        except (ValueError, AttributeError, TypeError):
            raise EngineError(f"opa eval: no answer that can be read: {said[:200]}") from None
        return _one(answers, query)

    def _write(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> None:
        root = Path(self._folder.name)
        for name, text in modules.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        (root / "data.json").write_text(json.dumps(data), encoding="utf-8")

    def _run(self, *arguments: str, text: str = "") -> str:
        try:
            done = subprocess.run(
                [self._program, *arguments], input=text, capture_output=True, encoding="utf-8", errors="replace"
            )
        except OSError as e:
            raise Unavailable(f"{self._program} does not run ({e.strerror}): mend it, or take it off PATH") from None
        if done.returncode:
            raise EngineError(f"opa {arguments[0]}: {(done.stderr or done.stdout).strip()[:2000]}")
        return done.stdout


def _one(answers: list[dict[str, Any]], query: str) -> dict[str, Any]:
    if len(answers) != 1:
        raise EngineError(f"{query}: {len(answers)} answers where one is wanted; a part of it is undefined")
    return answers[0]
