"""The gate inside the app: what it does not pass is not synthesized, so that no deploy gets round it."""

import os
import shutil
import sys
from pathlib import Path

from groundway import environment
from groundway.errors import Refused
from groundway_ops.gate import documents, price
from groundway_ops.gate.gate import Gate
from groundway_ops.gate.verdict import Verdict

UNPROTECT = "GROUNDWAY_UNPROTECT"


def check(outdir: Path, root: Path | None = None) -> None:
    """Judge the stacks that the app wrote into `outdir` by the policies of the checkout at or above `root`.

    One line on standard error says that they passed, and one each what is excepted. Raises `Refused` with all that was
    found, `InvalidInput` for policies that are not right, and `Unavailable` without an engine.
    """
    try:
        verdict = judged(outdir, root)
    except BaseException:
        withdraw(outdir)
        raise
    for line in passed(verdict):
        print(line, file=sys.stderr)  # noqa: T201 -- standard output is the app's


def judged(outdir: Path, root: Path | None) -> Verdict:
    unprotected = unprotect()
    stacks = documents.synthesized(outdir)
    gate = Gate(environment.checkout(root) / "policies", unprotected)
    verdict = gate.judge([*stacks, *price.estimates(stacks, root)])
    if verdict.passed:
        return verdict
    from groundway_ops.gate.formats import render

    raise Refused(f"the policies refuse these stacks\n\n{render('terminal', verdict)}")


def withdraw(outdir: Path) -> None:
    """Put what was refused aside, as `refused/`: `cdktf deploy --skip-synth` must find nothing to deploy."""
    (outdir / "manifest.json").unlink(missing_ok=True)
    shutil.rmtree(outdir / "refused", ignore_errors=True)
    if (outdir / "stacks").exists():
        (outdir / "stacks").rename(outdir / "refused")


def unprotect() -> str | None:
    """The environment whose protection GROUNDWAY_UNPROTECT lifts, said loudly."""
    if word := os.environ.get(UNPROTECT):
        print(  # noqa: T201
            f"gate: {UNPROTECT}={word}: NOTHING IN {word.upper()} IS PROTECTED FROM DESTRUCTION", file=sys.stderr
        )
    return word or None


def passed(verdict: Verdict) -> list[str]:
    said = f"gate: {verdict.resources} resources, {len(verdict.rules)} rules, passed in {verdict.seconds:.1f} s"
    return [
        f"{said}, {len(verdict.excepted)} excepted" if verdict.excepted else said,
        *(
            f"gate: excepted until {waiver.expires} by {waiver.approver}: {f.rule}, {f.stack}: {f.address}"
            for f, waiver in verdict.excepted
        ),
    ]
