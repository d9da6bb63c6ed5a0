"""What the policies say: actions that exist, ARNs that AWS takes, and no grant that no table tells of."""

import json
from collections import defaultdict
from collections.abc import Iterator

import pytest
from iam_cases import Case
from iam_grants import Grant, expanded, grants, known, many, may_call, statements, used
from iam_roles import Document, Estate, Role
from iam_tables import POLICIES, Names, Scope, Table


def documents(estate: Estate) -> Iterator[tuple[str, Document]]:
    """Every policy there is, AWS's own left out, with a name to find it by."""
    for file in POLICIES.glob("*.json"):
        content = json.loads(file.read_text())
        yield file.name, content if "Statement" in content else {"Statement": [content]}
    for role in estate.roles:
        yield f"trust of {role.name}", role.trust
        yield from ((f"{role.name}: {name}", document) for name, document in role.inline.items())
    yield from ((arn, thing.policy) for arn, thing in estate.things.items() if thing.policy)


def test_every_action_exists_and_every_wildcard_comes_to_something(estate: Estate) -> None:
    assert len(known()) > 15000
    said = {(n, a) for n, d in documents(estate) for s in statements(d) for a in many(s.get("Action", ()))}
    assert len(said) > 1000
    assert sorted({(name, action) for name, action in said if not expanded(action)}) == []


@pytest.mark.parametrize("action", ["s3:GetObjects", "kms:Decrpyt", "sagemaker:*FeatureGroupings", "nothing:*"])
def test_an_action_that_does_not_exist_is_seen(action: str) -> None:
    assert not expanded(action)


def wrong_wildcard(resource: str) -> bool:
    """AWS takes none for the service, and none for a part of the type: `*/name`, `func*:name`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    if resource == "*" or resource.startswith("arn:aws:s3:::") or "${partition}:s3:::" in resource:
        return False
    service, _, _, rest = resource.split(":", 2)[2].split(":", 3)
    ends = [i for i in (rest.find("/"), rest.find(":")) if i >= 0]
    return "*" in service or "*" in rest[: min(ends, default=0)]


def test_no_wildcard_stands_where_aws_takes_none(estate: Estate) -> None:
    resources = {
        (name, resource)
        for name, document in documents(estate)
        for s in statements(document)
        for resource in many(s.get("Resource", s.get("NotResource", ())))
        if "${partition}" not in resource  # policies/iam/*.json are among the others, filled in
    }
    assert sorted(one for one in resources if wrong_wildcard(one[1])) == []
    assert sorted(b for d in estate.boundaries.values() for b in _resources(d) if wrong_wildcard(b)) == []


def _resources(document: Document) -> Iterator[str]:
    for s in statements(document):
        yield from many(s.get("Resource", s.get("NotResource", ())))


@pytest.mark.parametrize(
    ("resource", "wrong"),
    [
        ("arn:aws:*:eu-west-1:111111111111:table/a", True),
        ("arn:aws:sagemaker:eu-west-1:111111111111:*/a-*", True),
        ("arn:aws:rds:eu-west-1:111111111111:*:a-*", True),
        ("arn:aws:dynamodb:*:*:table/a-*", False),
        ("arn:aws:sns:eu-west-1:111111111111:a-*", False),
        ("arn:aws:s3:::a-*/*", False),
    ],
)
def test_wildcards_that_aws_does_not_take_are_seen(resource: str, wrong: bool) -> None:
    assert wrong_wildcard(resource) is wrong


def unused(role: Role, cases: list[Case]) -> Iterator[tuple[Grant, str]]:
    """Actions and resources that a role is granted and no row uses."""
    for grant in grants(role):
        actions, resources = used(grant, cases)
        yield from ((grant, one) for one in (*grant.actions, *grant.resources) if one not in actions | resources)


def called(grant: Grant, one: str) -> set[str]:
    """How `also` may speak of it: everywhere in the role, or in one statement."""
    return {one, f"{grant.statement.rpartition('/')[2]}/{one}"}


def untold(role: Role, table: Table, cases: list[Case], names: Names) -> Iterator[str]:
    """What a role is granted, no row uses, and `also` does not explain."""
    also = {Scope(names, role.environment).fill(one) for one in table.also}
    for grant, one in unused(role, cases):
        if not called(grant, one) & also:
            yield f"{table.name}.yaml ({role.environment.name}): no row uses {one}, which {grant.statement} grants"


@pytest.fixture(scope="module")
def by_role(decided: list[Case]) -> dict[str, list[Case]]:
    found = defaultdict(list)
    for case in decided:
        found[case.role.arn].append(case)
    return found


def test_every_grant_is_used_by_a_row_or_explained(
    estate: Estate, written: dict[str, Table], by_role: dict[str, list[Case]], names: Names
) -> None:
    """So a new grant takes a new line in the table, which a reviewer reads."""
    found = [line for role in estate.roles for line in untold(role, written[role.table], by_role[role.arn], names)]
    assert not found, "\n".join(found)


def test_a_grant_without_a_row_is_seen(
    estate: Estate, written: dict[str, Table], by_role: dict[str, list[Case]], names: Names
) -> None:
    role = next(role for role in estate.roles if role.table == "serving")
    cases = [c for c in by_role[role.arn] if c.request.action != "s3:PutObject"]
    [action, resource] = untold(role, written["serving"], cases, names)
    assert "no row uses s3:PutObject, which" in action
    assert "/predictions/*" in resource


def test_what_is_explained_is_granted_and_nothing_uses_it(
    estate: Estate, written: dict[str, Table], by_role: dict[str, list[Case]], names: Names
) -> None:
    explained, needed = set(), set()
    for role in estate.roles:
        table, scope = written[role.table], Scope(names, role.environment)
        lacking = {name for grant, one in unused(role, by_role[role.arn]) for name in called(grant, one)}
        explained |= {(table.name, one) for one in table.also}
        needed |= {(table.name, one) for one in table.also if scope.fill(one) in lacking}
    assert explained - needed == set()


def test_what_is_granted_the_boundary_lets_through(estate: Estate) -> None:
    """By action; that it does for the very resource and conditions, the tables' rows show."""
    given, through = set(), set()
    for role in estate.roles:
        boundary = estate.boundaries[role.boundary_arn]
        one_by_one = {a for grant in grants(role) for a in grant.actions if "*" not in a}
        given |= {(role.table, action) for action in one_by_one}
        through |= {(role.table, a) for a in one_by_one if may_call(role, boundary, a)}
    assert given - through == set()


def test_the_boundary_allows_nothing_that_nobody_is_given(estate: Estate) -> None:
    boundary = json.loads((POLICIES / "boundary.json").read_text())
    bounded = [role for role in estate.roles if not role.boundary_arn.endswith("-operator-boundary")]
    given = {
        action
        for role in bounded
        for document in (*role.inline.values(), *role.attached.values())
        for s in statements(document)
        for pattern in many(s["Action"])
        for action in expanded(pattern)
    }
    allowed = [a for s in statements(boundary) if s["Effect"] == "Allow" for a in many(s["Action"])]
    assert [pattern for pattern in allowed if not expanded(pattern) & given] == []


def test_managed_policies_are_those_that_the_table_tells(estate: Estate, written: dict[str, Table]) -> None:
    for role in estate.roles:
        assert set(role.attached) == set(written[role.table].attached), role.name
