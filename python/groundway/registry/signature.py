"""The signature of a version: an artifact beside its model directory, which it covers whole."""

import tempfile
from pathlib import Path

from groundway.registry.connection import Registry, asking
from groundway.registry.versions import ModelVersion

FOLDER, NAME = "signature", "model.sig"


def signature(registry: Registry, version: ModelVersion) -> bytes | None:
    """The signature that the registry holds of a version; None when it was not signed."""
    what = f"the signature of {version.name} version {version.version}"
    with asking(registry, what), tempfile.TemporaryDirectory() as d:
        path = f"{FOLDER}/{NAME}"
        if path not in [found.path for found in registry.client.list_artifacts(version.run_id, FOLDER)]:
            return None
        return Path(registry.client.download_artifacts(version.run_id, path, d)).read_bytes()


def attach(registry: Registry, run_id: str, content: bytes) -> None:
    """Keep `content` as the signature of what the run made."""
    with tempfile.TemporaryDirectory() as d:
        file = Path(d) / NAME
        file.write_bytes(content)
        registry.client.log_artifact(run_id, str(file), FOLDER)
