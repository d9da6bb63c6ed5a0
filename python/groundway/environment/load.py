"""Find, read and check the environments. Whichever is asked for, all are checked, each against the others."""

import ipaddress
import json
from itertools import combinations
from pathlib import Path

from pydantic import ValidationError

from groundway.environment.document import Document, read
from groundway.environment.explain import explain
from groundway.environment.model import Environment
from groundway.environment.teams import strangers, teams
from groundway.errors import InvalidInput

FOLDER = "environments"
FILE = "environment.yaml"


def checkout(start: Path | None = None) -> Path:
    """The nearest directory at or above `start` (default: the current one) that holds `environments/`."""
    here = (start or Path.cwd()).resolve()
    for candidate in (here, *here.parents):
        if (candidate / FOLDER).is_dir():
            return candidate
    raise InvalidInput(f"there is no {FOLDER}/ in {here} or above it; run this in a checkout of Groundway")


def names(root: Path | None = None) -> list[str]:
    """The environments there are, in alphabetical order."""
    return sorted(f.parent.name for f in (checkout(root) / FOLDER).glob(f"*/{FILE}"))


def load(name: str, root: Path | None = None) -> Environment:
    """The environment `name` of the checkout at `root`. Raises `InvalidInput` if any environment is not right."""
    environments = load_all(root)
    if name not in environments:
        from difflib import get_close_matches

        near = get_close_matches(name, environments, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise InvalidInput(f"there is no environment {name!r}; {meant}There are: {', '.join(environments)}")
    return environments[name]


def load_all(root: Path | None = None) -> dict[str, Environment]:
    """All environments by name. Raises one `InvalidInput` that lists everything that is wrong with them."""
    folder = checkout(root) / FOLDER
    documents = [read(folder / name / FILE) for name in names(root)]
    if not documents:
        raise InvalidInput(f"{folder} holds no <name>/{FILE}")
    loaded: list[tuple[Document, Environment]] = []
    problems: list[str] = []
    for document in documents:
        try:
            loaded.append((document, _parse(document)))
        except ValidationError as e:
            problems += explain(document, e)
    problems += [p for document, e in loaded for p in _misnamed(document, e)]
    problems += [p for a, b in combinations(loaded, 2) for p in _clashes(a, b)]
    if known := teams(folder.parent):
        problems += [p for document, e in loaded if not _misnamed(document, e) for p in strangers(document, e, known)]
    if problems:
        raise InvalidInput("\n".join(problems))
    return {environment.name: environment for _, environment in loaded}


def _parse(document: Document) -> Environment:
    # Through JSON: there strict mode takes lists for tuples and numbers for decimals, and nothing else for anything.
    return Environment.model_validate_json(json.dumps(document.data))


def _misnamed(document: Document, environment: Environment) -> list[str]:
    folder = document.file.parent.name
    if environment.name == folder:
        return []
    where = f"{document.file}:{document.line(('name',))}"
    return [f"{where}: name: {environment.name!r} stands in the folder {folder!r}; write name: {folder}"]


def _clashes(a: tuple[Document, Environment], b: tuple[Document, Environment]) -> list[str]:
    (first, one), (second, other) = a, b
    problems = []
    if ipaddress.IPv4Network(one.network.cidr).overlaps(ipaddress.IPv4Network(other.network.cidr)):
        where = f"{second.file}:{second.line(('network', 'cidr'))}: network.cidr: {other.network.cidr!r}"
        that = f"{one.network.cidr} of {one.name} ({first.file}:{first.line(('network', 'cidr'))})"
        problems.append(f"{where} overlaps {that}; {_free(one, other)} is free")
    if one.state_bucket == other.state_bucket and one.account != other.account:
        where = f"{second.file}:{second.line(('state_bucket',))}: state_bucket: {other.state_bucket!r}"
        problems.append(f"{where} is also that of {one.name}, in another account; give each account its own bucket")
    return problems


def _free(one: Environment, other: Environment) -> str:
    """A network of the size of `other`'s that does not touch `one`'s."""
    taken = ipaddress.IPv4Network(one.network.cidr)
    size = ipaddress.IPv4Network(other.network.cidr).prefixlen
    candidates = ipaddress.IPv4Network("10.0.0.0/8").subnets(new_prefix=size)
    return str(next(c for c in candidates if c > taken and not c.overlaps(taken)))
