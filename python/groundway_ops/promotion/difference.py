"""What two releases do not have in common."""

from pydantic import BaseModel, ConfigDict

from groundway.release import Release

PASSED_OVER = ("models", "images")


class Difference(BaseModel):
    """One key, with what either has there; None for what one of them lacks."""

    model_config = ConfigDict(frozen=True)

    key: str
    a: str | None
    b: str | None


def differences(a: Release, b: Release) -> list[Difference]:
    """By key, in the order of release.yaml; models and images one by one."""
    one, other = _flat(a), _flat(b)
    return [Difference(key=k, a=one.get(k), b=other.get(k)) for k in {**one, **other} if one.get(k) != other.get(k)]


def _flat(release: Release) -> dict[str, str]:
    whole = release.model_dump(mode="json", exclude_none=True)
    flat = {key: str(value) for key, value in whole.items() if key not in PASSED_OVER}
    flat |= {f"images.{purpose}": digest for purpose, digest in release.images.items()}
    for name, pin in release.models.items():
        flat |= {f"models.{name}.{key}": str(value) for key, value in pin.model_dump(mode="json").items()}
    return flat
