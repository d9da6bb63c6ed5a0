"""The rows of tables as requests: each action, resource and environment is one case."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from iam_roles import Estate, Role
from iam_simulator import Judgement, Request, Simulator
from iam_tables import Names, Row, Table, combinations, scopes


@dataclass(frozen=True)
class Case:
    """`asked`: the context keys that the row itself gives."""

    table: str
    row: Row
    role: Role
    request: Request
    asked: frozenset[str]
    judgement: Judgement = field(default_factory=lambda: Judgement("not judged"))

    @property
    def holds(self) -> bool:
        return self.judgement.decision == self.row.verdict and not self.unknown

    @property
    def unknown(self) -> list[str]:
        """Context keys of the row that AWS does not know for this action and resource."""
        return sorted(self.asked & set(self.judgement.ignored))

    def __str__(self) -> str:
        principal = self.request.principal if isinstance(self.request.principal, str) else self.role.name
        said = f"{self.row.place} ({self.role.environment.name}): {principal}: {self.request.action}"
        said += f" on {self.request.resource}"
        if self.unknown:
            return f"{said}: AWS knows no {', '.join(self.unknown)} there, so the row proves nothing"
        return f"{said}: the table says {self.row.verdict}, AWS would {self.judgement.decision}: {self.judgement.why}"


def cases(table: Table, estate: Estate, names: Names) -> Iterator[Case]:
    """Of a table and the role that it is about, in all environments where there is one."""
    for role in estate.roles:
        if role.table == table.name:
            for row in table.of(role.environment.name):
                yield from of_row(table.name, row, role, estate, names)


def of_nobody(rows: Iterable[Row], estate: Estate, names: Names) -> Iterator[Case]:
    """Each row, for every role of the environments that it speaks of."""
    for role in estate.roles:
        for row in rows:
            if role.environment.name in (row.environments or estate.environments):
                yield from of_row("nobody", row, role, estate, names)


def of_row(table: str, row: Row, role: Role, estate: Estate, names: Names) -> Iterator[Case]:
    for scope in scopes(names, row, role.environment, estate.environments):
        context = scope.context(row.situation)
        for action, raw in combinations(row):
            named = str(scope.fill(raw))
            if row.principals:
                request = Request(estate.role(named) or named, action, role.arn, context)
            else:
                request = Request(role, action, named, context)
            yield Case(table, row, role, request, frozenset(context))


def judged(some: Iterable[Case], estate: Estate) -> list[Case]:
    listed = list(some)
    judgements = Simulator(estate).judge(case.request for case in listed)
    return [replace(case, judgement=judgement) for case, judgement in zip(listed, judgements, strict=True)]
