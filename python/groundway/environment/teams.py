"""`environments/teams.yaml`: the teams that may pay. Without the file, any value of the right shape is allowed."""

import json
from pathlib import Path

from pydantic import ValidationError

from groundway.environment.document import Document, read
from groundway.environment.explain import explain
from groundway.environment.model import Environment
from groundway.errors import InvalidInput
from groundway.tags import Teams

FOLDER, FILE = "environments", "teams.yaml"


def teams(root: Path) -> Teams | None:
    """The teams of the checkout at `root`; None if it names none. Raises `InvalidInput` with file, line and key."""
    file = root / FOLDER / FILE
    if not file.exists():
        return None
    document = read(file)
    try:
        return Teams.model_validate_json(json.dumps(document.data))
    except ValidationError as e:
        raise InvalidInput("\n".join(explain(document, e, Teams))) from None


def strangers(document: Document, environment: Environment, known: Teams) -> list[str]:
    """What in environment.yaml names teams, or what they may not use: a line each, as `explain` writes them."""
    wrong = [(("tags", one.key), str(one)) for one in known.wrong(environment.cost_tags)]
    told = [f"{document.file}:{document.line(path)}: tags.{text} (environments/{FILE})" for path, text in wrong]
    for team in environment.budget.teams:
        where = f"{document.file}:{document.line(('budget', 'teams', team))}: budget.teams: {team!r}"
        if team not in known.root:
            told.append(f"{where} is no team; there are {', '.join(known)} (environments/{FILE})")
        elif not known.allowed(team, environment.name)["cost-center"]:
            told.append(f"{where} has no cost-center in {environment.name}; name one in environments/{FILE}")
    return told
