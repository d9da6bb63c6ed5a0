"""Every row of every decision table of `policies/iam/roles/`, for every environment, as AWS would decide it."""

from dataclasses import replace

import pytest
from iam_cases import Case, cases, judged
from iam_roles import Estate
from iam_tables import Names, Scope, Table, tables

NAMES = sorted(tables())


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_what_aws_would_decide(name: str, decided: list[Case]) -> None:
    of_table = [case for case in decided if case.table == name]
    assert of_table
    assert not (wrong := [str(case) for case in of_table if not case.holds]), "\n".join(wrong)


def test_every_role_has_a_table_and_every_table_a_role(estate: Estate, written: dict[str, Table]) -> None:
    roles = {(role.table, role.environment.name) for role in estate.roles}
    told = {(t.name, e) for t in written.values() for e in t.environments or estate.environments}
    assert roles == told


def test_names_are_of_things_that_the_stacks_make(estate: Estate, names: Names) -> None:
    """Or a row that denies would hold of nothing."""
    for environment in estate.environments.values():
        scope = Scope(names, environment)
        made = {name: scope.fill(arn) for name, arn in names.things.items()}
        assert not {name: arn for name, arn in made.items() if arn not in estate.things}


@pytest.mark.parametrize("name", NAMES)
def test_a_table_tells_who_may_take_the_role_and_who_may_not(name: str, written: dict[str, Table]) -> None:
    table = written[name]
    assert len(table.who) > 40
    assert {row.verdict for row in table.rows if row.principals} == {"allow", "deny"}
    assert {row.verdict for row in table.rows if row.resources} == {"allow", "deny"}


@pytest.mark.parametrize("verdict", ["allow", "deny"])
def test_a_wrong_row_is_told_with_table_row_environment_and_statement(
    verdict: str, estate: Estate, names: Names, written: dict[str, Table]
) -> None:
    table = written["serving"]
    row = next(row for row in table.rows if row.verdict == verdict and row.resources)
    flipped = replace(row, verdict="deny" if verdict == "allow" else "allow")
    [first, *_] = judged(cases(replace(table, rows=(flipped,)), estate, names), estate)
    assert not first.holds
    told = str(first)
    assert row.place in told
    assert f"({first.role.environment.name})" in told
    assert first.request.action in told
    assert f"the table says {flipped.verdict}, AWS would {verdict}: " in told
    assert ("allowed by dev-ml/serving/workload/identity/policy/" if verdict == "allow" else "no statement") in told
