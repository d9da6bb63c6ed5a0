"""Where the server's model comes from: the deployed release, the registry, followed by alias, or a directory."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from groundway.errors import InvalidInput, Refused, Unavailable
from groundway.lineage import Lineage
from groundway.platform import Platform
from groundway.registry import manifest
from groundway.release import ModelPin, deployed
from groundway.serving.load import Model, load
from groundway.serving.settings import Settings
from groundway.tags import CostTags


@dataclass(frozen=True)
class Found:
    """A version to serve. `digest`: hex. `fetch` gives it verified, with the tags that it was made with.

    `fetch` raises `Refused` when it was tampered with.
    """

    version: str
    digest: str
    fetch: Callable[[], tuple[Model, CostTags | None]]


class Source(Protocol):
    def current(self) -> Found:
        """What to serve now. Raises `InvalidInput` when there is none, `Unavailable` when it is not known."""


def chosen(settings: Settings, platform: Platform | None) -> Source:
    """The source that `settings` names. Only a directory can be served without a platform."""
    if settings.directory:
        return DirectorySource(settings.model, settings.directory)
    champion = RegistrySource(settings.model, settings.alias or "champion", platform.environment if platform else None)
    if settings.alias or platform is None:
        return champion
    return ReleaseSource(settings.model, platform, otherwise=champion)


class ReleaseSource:
    """What the environment's deployed release pins; `otherwise` as long as none was deployed."""

    def __init__(self, name: str, platform: Platform, otherwise: Source) -> None:
        self._name, self._platform, self._otherwise = name, platform, otherwise

    def current(self) -> Found:
        now = deployed(self._platform.environment)
        if now is None:
            return self._without()
        pin = now.release.models.get(self._name)
        if pin is None:
            raise InvalidInput(
                f"release {now.release.name} of {now.release.environment} does not pin {self._name} (it pins "
                f"{', '.join(now.release.models) or 'no model'}): deploy one that does, or follow the registry with "
                "--alias champion"
            )
        return pinned(self._platform, self._name, pin)

    def _without(self) -> Found:
        try:
            return self._otherwise.current()
        except (InvalidInput, Unavailable) as e:  # an environment need not have a registry
            raise InvalidInput(f"no release is deployed in {self._platform.environment}, and {e.message}") from None


class RegistrySource:
    """The version that holds `alias` in the model registry, signed by the key of `environment`, if it has one."""

    def __init__(self, name: str, alias: str, environment: str | None) -> None:
        self._name, self._alias, self._environment = name, alias, environment

    def current(self) -> Found:
        from groundway import registry

        found = registry.show(registry.connect(), self._name, self._alias)
        return Found(str(found.version), found.digest, lambda: self._fetch(str(found.version), found.digest))

    def _fetch(self, version: str, digest: str) -> tuple[Model, CostTags | None]:
        from groundway import registry, signing

        public = signing.public(self._environment, "models") if self._environment else None
        with tempfile.TemporaryDirectory() as d:
            directory = registry.download(registry.connect(), self._name, version, Path(d) / "model", public)
            return load(directory, self._name, version, digest), _tags(directory)


class DirectorySource:
    """A model directory on disk, as SageMaker unpacks it; checked against its own manifest if it has one."""

    def __init__(self, name: str, directory: Path) -> None:
        self._name, self._directory = name, directory

    def current(self) -> Found:
        digest = manifest.digest(manifest.of(self._directory))
        return Found("1", digest, lambda: self._fetch(digest))

    def _fetch(self, digest: str) -> tuple[Model, CostTags | None]:
        if (recorded := self._directory / manifest.NAME).is_file() and manifest.recorded(recorded) != digest:
            raise Refused(f"{self._directory} does not hold the files that its {manifest.NAME} lists. It is not used.")
        return load(self._directory, self._name, "1", digest), _tags(self._directory)


def pinned(platform: Platform, name: str, pin: ModelPin) -> Found:
    """The version that a release pins, from the environment's own models bucket: no registry is asked."""

    def fetch() -> tuple[Model, CostTags | None]:
        from groundway.release import artifacts

        with tempfile.TemporaryDirectory() as d:
            directory = artifacts.fetch(platform, name, pin, Path(d) / "model")
            tags = _tags(directory)
            model = load(directory, name, str(pin.version), hexadecimal(pin))
            return model, tags and tags.using(environment=platform.environment)  # it may have been made in another one

    return Found(str(pin.version), hexadecimal(pin), fetch)


def hexadecimal(pin: ModelPin) -> str:
    """The pin's digest as models carry it."""
    return pin.digest.removeprefix("sha256:")


def _tags(directory: Path) -> CostTags | None:
    path = directory / "lineage.json"
    return Lineage.model_validate_json(path.read_bytes()).tags if path.is_file() else None
