"""`policies/iam/nobody.yaml`: what no role of the platform may do, judged for every role of every environment."""

import pytest
from iam_cases import Case, judged, of_nobody
from iam_roles import Estate
from iam_tables import Names, nobody

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(estate: Estate, names: Names) -> list[Case]:
    return judged(of_nobody(nobody(), estate, names), estate)


def test_nobody_may_but_who_is_excepted(found: list[Case], estate: Estate) -> None:
    others = [case for case in found if case.role.table not in case.row.excepted]
    assert len(others) > 50 * len(estate.roles)
    assert not (wrong := [str(case) for case in others if not case.holds]), "\n".join(wrong)


def test_who_is_excepted_could_do_it(found: list[Case]) -> None:
    """An exception that nobody needs hides the day on which somebody gets the right."""
    wanted = {(case.row.place, role) for case in found for role in case.row.excepted}
    could = {(case.row.place, case.role.table) for case in found if case.judgement.decision == "allow"}
    assert wanted
    assert not wanted - could
