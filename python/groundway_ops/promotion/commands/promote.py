"""Move a release on to the next environment, through its gates; deploy it step by step."""

from typing import TYPE_CHECKING

import click

from groundway_ops.promotion.commands.speech import as_json, document, reason, say

if TYPE_CHECKING:
    from groundway_ops.promotion.gates import Result


@click.command(epilog="Example: groundway promote dev staging --reason 'delays of October' --apply")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--accept", "accepted", multiple=True, metavar="ADDRESS", help="A stateful resource that may go.")
@click.option("--apply", is_flag=True, help="Deploy it as well: infrastructure, then models step by step.")
@reason
@as_json
def promote(source: str, target: str, accepted: tuple[str, ...], apply: bool, reason: str, as_json: bool) -> None:
    """Make what FROM pins what TO pins, if every gate lets it; with --apply, deploy it.

    All gates are evaluated and shown: plan, policies, price, rehearsal, model, drift, soak, provenance, approvals,
    freeze. A refusal (exit code 3) changes nothing, and is kept as evidence. Killed, and asked for again, it goes on.
    """
    from groundway_ops.promotion.deploy import Deploy
    from groundway_ops.promotion.desk import Desk
    from groundway_ops.promotion.promote import NotPassed, Promotion

    desk = Desk.of(target, say)
    try:
        release, results = Promotion(Desk.of(source, say), desk, reason, frozenset(accepted)).run()
    except NotPassed as e:
        if as_json:
            document({"promoted": False, "release": None, "gates": [r.model_dump(mode="json") for r in e.results]})
            raise SystemExit(e.exit_code) from None
        click.echo(table(e.results))
        raise
    if not as_json and results:
        click.echo(table(results))
    if apply:
        Deploy(desk, reason).run()
    if as_json:
        gates = [r.model_dump(mode="json") for r in results]
        document({"promoted": True, "release": release.model_dump(mode="json"), "gates": gates, "deployed": apply})
        return
    click.echo(f"{target} {'runs' if apply else 'pins'} {release.name}")
    if not apply:
        click.echo(f"Commit environments/{target}/release.yaml; it is deployed with: groundway release deploy {target}")


def table(results: "list[Result]") -> str:
    """A line a gate: its verdict and its reason."""
    width = max((len(r.gate) for r in results), default=0)
    return "\n".join(f"  {'pass' if r.passed else 'NO  '}  {r.gate:<{width}}  {r.reason}" for r in results)
