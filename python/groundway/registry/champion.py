"""The champion: the version that is served. Who held the alias before is remembered, so it can be given back."""

from groundway.errors import InvalidInput, Refused
from groundway.registry.connection import Registry, asking
from groundway.registry.versions import ModelVersion, show

CHAMPION = "champion"
HISTORY = "groundway.champions"  # a tag of the model: the versions that held the alias, in order, the present one last


def champion(registry: Registry, name: str) -> ModelVersion | None:
    """The version that holds the alias, or None."""
    with asking(registry, f"champion of {name!r}"):
        held = _held(registry, name)
    return show(registry, name, held) if held else None


def promote(registry: Registry, name: str, version: int) -> ModelVersion:
    """Give the alias to `version`. Raises `Refused` for a version that failed validation."""
    wanted = show(registry, name, version)
    if not wanted.passed:
        raise Refused(f"{name} version {version} failed its validation, so it cannot be the champion: see its verdict")
    with asking(registry, f"promoting {name} version {version}"):
        history = _history(registry, name)
        if not history or history[-1] != version:
            _set(registry, name, [*history, version])
    return show(registry, name, version)


def restore(registry: Registry, name: str, to: int | None = None) -> ModelVersion:
    """Give the alias back to the champion before the present one, or to `to`, a version that has held it before.

    Raises `InvalidInput` when there is none.
    """
    with asking(registry, f"restoring a champion of {name!r}"):
        history = _history(registry, name)
        if to is None and len(history) < 2:
            raise InvalidInput(f"{name} has no champion before {history[-1] if history else 'any'}: nothing to restore")
        if to is not None and to not in history:
            held = ", ".join(map(str, dict.fromkeys(history))) or "none"
            raise InvalidInput(f"{name} version {to} was never the champion; versions that were: {held}")
        target = history[-2] if to is None else to
        show(registry, name, target)
        last = len(history) - 1 - history[::-1].index(target) if to is not None else len(history) - 2
        _set(registry, name, history[: last + 1])
    return show(registry, name, target)


def _held(registry: Registry, name: str) -> int | None:
    from mlflow.exceptions import MlflowException

    try:
        return int(registry.client.get_model_version_by_alias(name, CHAMPION).version)
    except MlflowException as e:
        if e.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def _history(registry: Registry, name: str) -> list[int]:
    """The history, made to end with the version that really holds the alias.

    Alias and tag are two writes. The alias is the truth; where a process died between them the tag is mended here.
    """
    tag = registry.client.get_registered_model(name).tags.get(HISTORY, "")
    history = [int(v) for v in tag.split(",") if v]
    held = _held(registry, name)
    if held is None:
        return []
    if held in history:
        return history[: len(history) - history[::-1].index(held)]
    return [*history, held]


def _set(registry: Registry, name: str, history: list[int]) -> None:
    registry.client.set_registered_model_alias(name, CHAMPION, str(history[-1]))
    registry.client.set_registered_model_tag(name, HISTORY, ",".join(map(str, history)))
