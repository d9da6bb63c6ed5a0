"""Runs one operation on releases, as a process that can be killed; prints what it found as JSON.

The environment variable GATES names the gates to be asked (default: none), MODEL the models that `cut` finds, as
name=version=directory,... : a registry is not needed for what is tested here.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from groundway import environment, signing
from groundway import platform as platforms
from groundway import release as releases
from groundway.registry import manifest
from groundway.release import ModelPin, artifacts
from groundway_ops.promotion import gates, history, infrastructure, journal
from groundway_ops.promotion.approve import approve
from groundway_ops.promotion.cut import Cut
from groundway_ops.promotion.deploy import Deploy
from groundway_ops.promotion.desk import Desk
from groundway_ops.promotion.promote import NotPassed, Promotion
from groundway_ops.promotion.rollback import Rollback


def say(text: str) -> None:
    print(text, file=sys.stderr)


def desk(name: str) -> Desk:
    return Desk.of(name, say)


def platform(name: str) -> Any:
    """What releases need in an environment, deployed."""
    environment.load(name)
    return infrastructure.apply(desk(name), Path.cwd())


def published(self: Cut) -> dict[str, Any]:
    """MODEL's models, signed and put where `cut` would put them."""
    found = {}
    for one in filter(None, os.environ.get("MODEL", "").split(",")):
        name, version, directory = one.split("=")
        private = signing.key(self.desk.name, "models")
        digest = f"sha256:{manifest.digest(manifest.of(Path(directory)))}"
        there = platforms.load(self.desk.name)
        signature = signing.sign(Path(directory), private)
        artifacts.publish(there, name, digest, Path(directory), signature, there.tags)
        signer = signing.public_of(private)
        found[name] = ModelPin(version=int(version), digest=digest, signer=signer, dataset="d@1", features="f")
    return found


def cut(name: str, reason: str = "") -> Any:
    Cut._champions = published  # type: ignore[method-assign, assignment]
    return Cut(desk(name), reason).run()


def promote(source: str, target: str, reason: str = "") -> Any:
    wanted = os.environ.get("GATES", "").split()
    gates.GATES = {name: gates.GATES[name] for name in wanted}
    try:
        release, results = Promotion(desk(source), desk(target), reason).run()
    except NotPassed as e:
        return {"refused": e.message, "results": [r.model_dump(mode="json") for r in e.results]}
    return {**release.model_dump(mode="json"), "results": [r.model_dump(mode="json") for r in results]}


def deploy(name: str) -> Any:
    return Deploy(desk(name)).run()


def rollback(name: str, to: str | None = None) -> Any:
    return Rollback(desk(name), to).run()


def agree(source: str, target: str) -> Any:
    entry, _ = approve(desk(source), desk(target), "fine")
    return entry.event.model_dump(mode="json")


def look(name: str) -> Any:
    """What is pinned, what runs, what the evidence tells, whether an operation is under way."""
    here = desk(name)
    with here.account.entered():
        deployed = releases.deployed(name)
        checked = here.log.verify()
        revision = platforms.client("ssm").get_parameter(Name=f"/groundway/{name}/revision")["Parameter"]["Value"]
    pinned = releases.pinned(here.root, name)
    left = journal.find(here.account)
    return {
        "pinned": pinned.name if pinned else None,
        "runs": deployed.release.name if deployed else None,
        "events": [(e.event.kind, e.event.release) for e in here.entries(*KINDS)],
        "ids": [e.event.id for e in here.entries(*KINDS)],
        "ran": [s.release.name for s in history.stack(history.snapshots(here, *history.RAN))],
        "problems": [str(p) for p in checked.problems],
        "journal": left[0].id if left else None,
        "revision": revision,
    }


KINDS = ("cut", "gates", "approval", "promotion", "deploy", "rollback", "exception")
OPERATIONS = {f.__name__: f for f in (platform, cut, promote, deploy, rollback, agree, look)}


def main() -> int:
    from groundway.errors import GroundwayError

    try:
        found = OPERATIONS[sys.argv[1]](*sys.argv[2:])  # type: ignore[operator]
    except GroundwayError as e:
        e.show()
        return e.exit_code
    print(json.dumps(found if isinstance(found, dict | str) else found.model_dump(mode="json")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
