"""The committed locks are complete, fresh and name no address."""

import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = sorted(p.stem for p in (ROOT / "requirements").glob("*.in"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)")


def wanted(name: str) -> list[Requirement]:
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    return [Requirement(line.split("  #")[0]) for line in lines if line.strip() and not line.startswith("#")]


def pinned(text: str) -> dict[str, str]:
    return {canonicalize_name(m[1]): m[2] for m in map(PIN.match, text.splitlines()) if m}


def stale(requirements: list[Requirement], pins: dict[str, str]) -> list[str]:
    return [str(r) for r in requirements if not r.specifier.contains(pins.get(canonicalize_name(r.name), "0.dev0"))]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_satisfies_its_source(name: str) -> None:
    pins = pinned((ROOT / "requirements" / f"{name}.txt").read_text())
    assert stale(wanted(name), pins) == [], "run make lock"


def test_a_stale_lock_is_noticed() -> None:
    assert stale([Requirement("a>=2"), Requirement("b")], {"a": "1.9", "b": "3"}) == ["a>=2"]
    assert stale([Requirement("c==1")], {}) == ["c==1"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = [e for e in re.split(r"\n(?=[A-Za-z0-9])", text) if PIN.match(e)]
    assert entries
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []
    assert "://" not in text


def test_project_wants_nothing_that_the_lock_lacks() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    pins = pinned((ROOT / "requirements" / "groundway.txt").read_text())
    assert stale([Requirement(r) for r in declared], pins) == []


def test_npm_lock_matches_and_names_no_address() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    assert [k for k, v in lock["packages"].items() if "resolved" in v] == []
    assert [k for k, v in lock["packages"].items() if k and "integrity" not in v and not v.get("inBundle")] == []
