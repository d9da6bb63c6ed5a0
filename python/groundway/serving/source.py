"""Where the server's model comes from: the registry, followed by alias, or a directory."""

import tempfile
from pathlib import Path
from typing import Protocol

from groundway.errors import Refused
from groundway.lineage import Lineage
from groundway.registry import manifest
from groundway.serving.load import Model, load
from groundway.tags import CostTags


class Source(Protocol):
    def current(self) -> str:
        """The version to serve now. Raises `InvalidInput` when there is none, `Unavailable` when it is not known."""

    def fetch(self, version: str) -> tuple[Model, CostTags | None]:
        """That version, verified, and the tags it was made with. Raises `Refused` when it was tampered with."""


class RegistrySource:
    """The version that holds `alias` in the model registry."""

    def __init__(self, name: str, alias: str) -> None:
        self._name, self._alias = name, alias

    def current(self) -> str:
        from groundway import registry

        return str(registry.show(registry.connect(), self._name, self._alias).version)

    def fetch(self, version: str) -> tuple[Model, CostTags | None]:
        from groundway import registry

        connected = registry.connect()
        found = registry.show(connected, self._name, version)
        with tempfile.TemporaryDirectory() as d:
            directory = registry.download(connected, self._name, version, Path(d) / "model")
            return load(directory, self._name, version, found.digest), _tags(directory)


class DirectorySource:
    """A model directory on disk, as SageMaker unpacks it; checked against its own manifest if it has one."""

    def __init__(self, name: str, directory: Path) -> None:
        self._name, self._directory = name, directory

    def current(self) -> str:
        return "1"

    def fetch(self, version: str) -> tuple[Model, CostTags | None]:
        digest = manifest.digest(manifest.of(self._directory))
        if (recorded := self._directory / manifest.NAME).is_file() and manifest.recorded(recorded) != digest:
            raise Refused(f"{self._directory} does not hold the files that its {manifest.NAME} lists. It is not used.")
        return load(self._directory, self._name, version, digest), _tags(self._directory)


def _tags(directory: Path) -> CostTags | None:
    path = directory / "lineage.json"
    return Lineage.model_validate_json(path.read_bytes()).tags if path.is_file() else None
