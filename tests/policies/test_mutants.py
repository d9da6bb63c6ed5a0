"""The policies bite: what is broken in a sound stack is noticed by the rule that should, and a blinded gate refuses."""

import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "stacks"))

from mutants.blind import BLIND
from mutants.declared import declared
from mutants.found import found
from mutants.mutant import Mutant
from synthesis import synthesize

from groundway.errors import GroundwayError
from groundway_ops.gate import documents, price
from groundway_ops.gate.documents import Document
from groundway_ops.gate.gate import Gate
from stacks.cloud import Cloud

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "policies"
WHERE = ROOT / ".groundway" / "mutants.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mutants")
    synthesize(out, Cloud.AWS)
    return out / "stacks"


@pytest.fixture(scope="module")
def stacks(folder: Path) -> dict[str, Document]:
    return {d.stack: d for d in documents.stacks(folder)}


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(POLICIES)


def test_sound_stacks_raise_nothing(gate: Gate, stacks: dict[str, Document]) -> None:
    verdict = gate.judge([*stacks.values(), *price.estimates(stacks.values(), ROOT)])
    assert [str(f) for f in verdict.findings] == []
    assert verdict.failures == ()
    assert verdict.resources == sum(len(d.addresses) for d in stacks.values()) > 1000


def survives(mutant: Mutant, gate: Gate, stacks: dict[str, Document]) -> bool:
    sound = stacks[mutant.stack]
    broken = Document(sound.stack, sound.file, mutant.mutate(sound.content))
    judged = [broken]
    if mutant.rule and "estimate" in gate.bundle.rules[mutant.rule].types:
        whole = {n: d for n, d in stacks.items() if n.startswith(f"{mutant.environment}-")} | {mutant.stack: broken}
        judged = price.estimates(whole.values(), ROOT)
    verdict = gate.judge(judged)
    return not any(f.rule == mutant.rule or not mutant.rule for f in verdict.findings)


@pytest.mark.slow
def test_every_mutant_is_caught(gate: Gate, stacks: dict[str, Document]) -> None:
    sound = list(stacks.values())
    mutants = [m for rule in gate.bundle.rules.values() for m in declared(rule, sound)]
    mutants += found(sound)
    survivors = [str(m) for m in mutants if survives(m, gate, stacks)]
    WHERE.parent.mkdir(exist_ok=True)
    by_rule = Counter(m.rule or "any rule" for m in mutants)
    said = {"total": len(mutants), "caught": len(mutants) - len(survivors), "survivors": survivors, "by_rule": by_rule}
    WHERE.write_text(json.dumps(said, indent=2) + "\n")
    assert survivors == []
    assert len(mutants) >= 250
    for page in (ROOT / "README.md", POLICIES / "README.md"):
        assert f"{len(mutants):,} mutants" in page.read_text()


def test_every_break_breaks_something(gate: Gate, stacks: dict[str, Document]) -> None:
    """A rule whose breaks fit no stack would look proved and is not."""
    sound = list(stacks.values())
    for rule in gate.bundle.rules.values():
        assert rule.breaks or set(rule.types) == {"plan"}, rule.id
        for broken in rule.breaks:
            assert list(declared(rule.model_copy(update={"breaks": (broken,)}), sound)), (rule.id, broken)


@pytest.mark.parametrize("blinding", BLIND)
def test_a_blinded_gate_refuses(blinding: str, folder: Path, tmp_path: Path) -> None:
    for part in ("dev-foundation", "dev-ml"):
        shutil.copytree(folder / part, tmp_path / "stacks" / part)
    shutil.copytree(POLICIES, tmp_path / "policies")

    def judge() -> tuple[str, ...]:
        found = documents.stacks(tmp_path / "stacks")
        return Gate(tmp_path / "policies").judge([*found, *price.estimates(found, ROOT)]).failures

    assert judge() == ()
    BLIND[blinding](tmp_path / "stacks", tmp_path / "policies")
    try:
        failures = judge()
    except GroundwayError as e:
        failures = (e.message,)
    assert any(failures)
