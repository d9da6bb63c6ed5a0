"""Model versions as the registry holds them."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from groundway.errors import InvalidInput, Refused
from groundway.lineage import Lineage
from groundway.registry.connection import Registry, asking

# Tags of a version, all under one prefix. MLflow cuts tag values at 5,000 characters; what is longer is an artifact.
DIGEST, IDENTITY, INPUTS, PASSED = (f"groundway.{k}" for k in ("digest", "identity", "inputs", "passed"))
ARTIFACTS = "model"


class ModelVersion(BaseModel):
    """A registered version. `digest` is over all its files; `identity` is its lineage's (see `Lineage.identity`)."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    run_id: str
    digest: str
    identity: str
    passed: bool
    aliases: tuple[str, ...]
    created: datetime
    tags: dict[str, str]


def show(registry: Registry, name: str, alias_or_version: str | int) -> ModelVersion:
    """One version, by number or by alias (`champion`). Raises `InvalidInput` when there is none."""
    wanted = str(alias_or_version)
    with asking(registry, f"model {name!r} version {wanted!r}"):
        number = wanted
        if not wanted.isdigit():
            number = registry.client.get_model_version_by_alias(name, wanted).version
        return parse(registry.client.get_model_version(name, str(number)))


def versions(registry: Registry, name: str | None = None) -> list[ModelVersion]:
    """All versions (of one model), oldest first within a model. A model that does not exist has none."""
    with asking(registry, "list of versions"):
        found: list[Any] = []
        page = None
        while True:
            where = f"name = '{_plain(name)}'" if name else None
            # The search leaves the aliases out, hence the second look at each.
            batch = registry.client.search_model_versions(filter_string=where, max_results=200, page_token=page)
            found += [registry.client.get_model_version(v.name, v.version) for v in batch]
            page = batch.token
            if not page:
                break
    ours = [v for v in found if DIGEST in v.tags]  # a half-made version has no digest yet and is nobody's
    return sorted((parse(v) for v in ours), key=lambda v: (v.name, v.version))


def find(registry: Registry, name: str, identity: str) -> list[ModelVersion]:
    """Versions made from the same lineage, oldest first."""
    return [v for v in versions(registry, name) if v.identity == identity]


def lineage(registry: Registry, version: ModelVersion) -> Lineage:
    """The lineage of a version, read from its artifacts."""
    return Lineage.model_validate(artifact(registry, version, "lineage.json"))


def artifact(registry: Registry, version: ModelVersion, name: str) -> Any:
    """A JSON artifact of the version, parsed."""
    import tempfile

    with asking(registry, f"{name} of {version.name} version {version.version}"), tempfile.TemporaryDirectory() as d:
        path = registry.client.download_artifacts(version.run_id, f"{ARTIFACTS}/{name}", d)
        with open(path, "rb") as f:
            return json.load(f)


def parse(found: Any) -> ModelVersion:
    """Our view of an `mlflow.entities.model_registry.ModelVersion`."""
    if DIGEST not in found.tags:
        raise Refused(f"{found.name} version {found.version} was not registered by groundway: it has no digest")
    return ModelVersion(
        name=found.name,
        version=int(found.version),
        run_id=found.run_id,
        digest=found.tags[DIGEST],
        identity=found.tags[IDENTITY],
        passed=found.tags[PASSED] == "true",
        aliases=tuple(sorted(found.aliases)),
        created=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
        tags=dict(found.tags),
    )


def _plain(name: str) -> str:
    if "'" in name:
        raise InvalidInput(f"{name!r} is no model's name")
    return name
