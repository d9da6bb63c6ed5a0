"""Where each construct was made: `sources.json` beside every `cdk.tf.json`, so that a finding names a line of Python.

The CDK's own stack traces are frames of JavaScript. Here, whatever jsii creates is noted in Python; Node is not asked.
"""

import json
import os
import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import jsii

ROOT = os.path.realpath(Path(__file__).parents[1])
INSTALLED = tuple(
    {os.path.realpath(sysconfig.get_path(p)) + os.sep for p in ("stdlib", "platstdlib", "purelib", "platlib")}
)
CALL = jsii.JSIIMeta.__call__.__code__
BACKEND = "backend"  # the id of every state's backend, which takes no id but at once its arguments


class _Made(NamedTuple):
    scope: str
    id: str  # with the CDK's stand-in for slashes, which part a path
    place: str | None


_made: dict[str, _Made] = {}  # by jsii's name of the object, which every Python face of it has; scopes come first


def record(construct: type) -> None:
    """From now on, note whatever jsii creates of the class `construct`."""
    create = jsii.create

    def create_and_note(klass: type, obj: Any, args: list[Any] | None = None) -> Any:
        reference = create(klass, obj, args)
        if isinstance(obj, construct) and args and hasattr(args[0], "__jsii_ref__"):  # only an app has no scope
            id = args[1] if isinstance(args[1], str) else BACKEND
            _made[reference.ref] = _Made(args[0].__jsii_ref__.ref, id.replace("/", "--"), _place(sys._getframe(1)))
        return reference

    jsii.create = create_and_note


def write(app: Any) -> None:
    """For each stack of `app`, just synthesized, write `sources.json`: construct path -> `infra/buckets.py:31`.

    All that was made in Python is in it: what is in `cdk.tf.json` (a path as in its metadata; providers are
    `<stack>/<id>`, the backend `<stack>/backend`) and the constructs around it. So who asked for `a/b/c` is at `a/b`.
    """
    out = Path(app.outdir)
    places = _places(app.__jsii_ref__.ref)
    for stack in json.loads((out / "manifest.json").read_text())["stacks"].values():
        own = stack["constructPath"]
        inside = {path: place for path, place in places.items() if path == own or path.startswith(f"{own}/")}
        file = out / stack["workingDirectory"] / "sources.json"
        file.write_text(json.dumps(inside, indent=2, sort_keys=True) + "\n")


def _places(app: str) -> dict[str, str]:
    paths, places = {app: ""}, {}
    for reference, made in _made.items():
        if made.scope in paths:  # else it belongs to another app of this process
            paths[reference] = path = f"{paths[made.scope]}/{made.id}".lstrip("/")
            if made.place:
                places[path] = made.place
    return places


def _place(frame: FrameType | None) -> str | None:
    """The line that called for the object which is being made: the nearest one that is no installed package's."""
    while frame and frame.f_code is not CALL:  # its own constructors
        frame = frame.f_back
    while frame:
        if file := _source(frame.f_code.co_filename):
            return f"{file}:{frame.f_lineno}"
        frame = frame.f_back
    return None


@cache
def _source(filename: str) -> str | None:
    """Relative to the checkout, if it is in there. None for an installed package, the standard library, and no file."""
    path = os.path.realpath(filename)
    if filename.startswith("<") or path.startswith(INSTALLED):
        return None
    inside = path.startswith(ROOT + os.sep)
    return Path(os.path.relpath(path, ROOT) if inside else path).as_posix()
