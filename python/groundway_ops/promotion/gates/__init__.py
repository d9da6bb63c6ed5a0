"""The gates of a promotion: all are evaluated, each with its verdict, its reason and its evidence."""

from groundway.errors import GroundwayError
from groundway_ops.promotion.gates import (
    approvals,
    drift,
    freeze,
    model,
    plan,
    policies,
    price,
    provenance,
    rehearsal,
    soak,
)
from groundway_ops.promotion.gates.gate import Gate, Request, Result

__all__ = ["GATES", "Gate", "Request", "Result", "evaluate"]

GATES: dict[str, Gate] = {
    plan.NAME: plan.plan,
    policies.NAME: policies.policies,
    price.NAME: price.price,
    rehearsal.NAME: rehearsal.rehearsal,
    model.NAME: model.model,
    drift.NAME: drift.drift,
    soak.NAME: soak.soak,
    provenance.NAME: provenance.provenance,
    approvals.NAME: approvals.approvals,
    freeze.NAME: freeze.freeze,
}


def evaluate(request: Request) -> list[Result]:
    """The results of all gates, in their order. A gate that raises has failed, and keeps none from being evaluated."""
    results = []
    for name, gate in GATES.items():
        results.append(_evaluated(name, gate, request))
        request.report(f"{name}: {'passed' if results[-1].passed else 'FAILED'}: {results[-1].reason}")
    return results


def _evaluated(name: str, gate: Gate, request: Request) -> Result:
    try:
        return gate(request)
    except Exception as e:  # whatever it is: what could not be looked at has not passed
        said = e.message if isinstance(e, GroundwayError) else f"{type(e).__name__}: {e}"
        reason = next((line for line in said.splitlines() if line.strip()), type(e).__name__)
        return Result(gate=name, passed=False, reason=f"could not be judged: {reason}", evidence={"error": said})
