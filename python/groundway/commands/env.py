"""Show, compare and check the environments: what dev, staging and prod are."""

import json
from collections.abc import Collection
from typing import Any

import click

from groundway.environment import Environment, checkout, load, load_all
from groundway.environment.comparison import Difference, Key, compare, complete, defaulted

json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


@click.group(epilog="Example: groundway env show dev")
def env() -> None:
    """Show, compare and check the environments: what dev, staging and prod are."""


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
    """Show one environment in full. What is left to a default is filled in and marked."""
    environment = load(name)
    data, defaults = complete(environment), list(defaulted(environment))
    if as_json:
        named = {"defaults": [".".join(key) for key in defaults]}
        click.echo(json.dumps({**data, **_derived(environment), **named}, indent=2))
        return
    click.echo("\n".join(_block(data, defaults)))
    click.echo("# what follows from it")
    click.echo("\n".join(_block(_derived(environment))))


@env.command(epilog="Example: groundway env diff staging prod")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when they differ, as `git diff` does.")
@json_option
def diff(a: str, b: str, exit_code: bool, as_json: bool) -> None:
    """Show what differs between the environments A and B, defaults filled in."""
    differences = compare(load(a), load(b))
    if as_json:
        click.echo(json.dumps({"a": a, "b": b, "differences": [d.json() for d in differences]}, indent=2))
    else:
        click.echo("\n".join(_table(a, b, differences) if differences else [f"{a} and {b} do not differ"]))
    if exit_code and differences:
        raise SystemExit(1)


def _table(a: str, b: str, differences: list[Difference]) -> list[str]:
    """A line for each changed value, a block for each thing that only one of them has."""
    rows = {d.key: (".".join(d.key), _flow(d.a), _flow(d.b)) for d in differences if d.change == "changed"}
    widths = [max(map(len, column)) for column in zip(("", a, b), *rows.values(), strict=True)]
    lines = [_row(("", a, b), widths)] if rows else []
    for d in differences:
        if row := rows.get(d.key):
            lines.append(_row(row, widths))
        else:
            sign, owner, value = ("+", b, d.b) if d.change == "added" else ("-", a, d.a)
            name, block = ".".join(d.key), isinstance(value, dict) and value
            lines.append(f"{sign} {name}:{'' if block else ' ' + _flow(value)}  # only in {owner}")
            lines += [f"{sign}   {line}" for line in (_block(value) if block else [])]
    return lines


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _block(data: dict[str, Any], marked: Collection[Key] = (), key: Key = ()) -> list[str]:
    """`data` as lines of YAML, the `marked` keys with a comment that their value is the default."""
    lines = []
    for name, value in data.items():
        here, indent = (*key, name), "  " * len(key)
        if isinstance(value, dict) and value:
            lines += [f"{indent}{name}:", *_block(value, marked, here)]
        else:
            lines.append(f"{indent}{name}: {_flow(value)}" + ("  # default" if here in marked else ""))
    return lines


def _flow(value: Any) -> str:
    """`value` as YAML on one line."""
    import yaml

    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")


def _derived(environment: Environment) -> dict[str, Any]:
    network = environment.network
    return {
        "cost_tags": environment.cost_tags.aws(),
        "subnets": {
            "private": list(network.private_subnets),
            "public": list(network.public_subnets),
            "intra": list(network.intra_subnets),
        },
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
