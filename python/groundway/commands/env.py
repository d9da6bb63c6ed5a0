"""Show and check the environments: what dev, staging and prod are."""

import json
from typing import Any

import click

from groundway.environment import Environment, checkout, load, load_all

json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


@click.group(epilog="Example: groundway env show dev")
def env() -> None:
    """Show and check the environments: what dev, staging and prod are."""


@env.command("list", epilog="Example: groundway env list --json")
@json_option
def list_(as_json: bool) -> None:
    """List the environments with account, region and network."""
    environments = load_all()
    if as_json:
        rows = [{"name": e.name, "account": e.account, "region": e.region} for e in environments.values()]
        click.echo(json.dumps(rows, indent=2))
        return
    for e in environments.values():
        click.echo(f"{e.name:<12} {e.account}  {e.region:<12} {e.network.cidr:<16} {e.budget.monthly_usd} USD a month")


@env.command(epilog="Example: groundway env show dev --json")
@click.argument("name", metavar="ENV")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show one environment in full, defaults included."""
    environment = load(name)
    data = environment.model_dump(mode="json", by_alias=True)
    if as_json:
        click.echo(json.dumps({**data, **_derived(environment)}, indent=2))
        return
    import yaml

    click.echo(yaml.safe_dump(data, sort_keys=False, allow_unicode=True).rstrip())
    click.echo("# what follows from it")
    click.echo(yaml.safe_dump(_derived(environment), sort_keys=False).rstrip())


def _derived(environment: Environment) -> dict[str, Any]:
    network = environment.network
    return {
        "cost_tags": environment.cost_tags.aws(),
        "subnets": {"private": list(network.private_subnets), "public": list(network.public_subnets)},
        "accelerators": {
            name: f"{pool.accelerator.count} x {pool.accelerator.kind}, {pool.accelerator.memory_gib} GiB each"
            for name, pool in environment.gpu_pools.items()
        },
    }


@env.command(epilog="Example: groundway env check")
def check() -> None:
    """Check all environments, each by itself and against the others. Exit code 2 if one is wrong."""
    environments = load_all()
    click.echo(f"{', '.join(environments)}: in order ({checkout() / 'environments'})")
