"""Registering a model directory as a version. Doing it twice with the same model and lineage makes one version."""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from groundway import signing
from groundway.contract import ModelContract
from groundway.errors import InvalidInput
from groundway.lineage import Lineage
from groundway.registry import manifest, mlmodel
from groundway.registry.connection import Registry, asking
from groundway.registry.download import download, signed
from groundway.registry.signature import attach
from groundway.registry.versions import ARTIFACTS, DIGEST, IDENTITY, INPUTS, PASSED, ModelVersion, parse, show
from groundway.tags import CostTags
from groundway.validation import Verdict


def register(
    registry: Registry,
    model_dir: Path,
    name: str,
    lineage: Lineage,
    metrics: Mapping[str, float],
    verdict: Verdict,
    tags: CostTags,
    signer: str | None = None,
) -> ModelVersion:
    """Make `model_dir` (model.skops, contract.json, reference.parquet, ...) the next version of the model `name`.

    `verdict` is kept whole as verdict.json. `signer` is a private key (PEM) that signs the version. Where this model
    from this lineage is registered already, in full or in part by a process that was killed, that version is completed
    and returned; one that `signer` did not sign is left alone, and registered anew. Raises `Refused` for a format that
    may carry code, `InvalidInput` for an incomplete directory, `Unavailable` when the registry fails; no version is
    visible before it is complete.
    """
    from groundway.training import load_model

    manifest.check_formats(model_dir)
    contract = _contract(model_dir)
    load_model(model_dir / "model.skops")  # what cannot be served is not registered
    inputs = _digest(manifest.digest(manifest.of(model_dir)), lineage.identity())
    with tempfile.TemporaryDirectory() as d, asking(registry, f"registering {name}"):
        if existing := _find(registry, name, inputs, signer):
            return existing
        staged = Path(d) / ARTIFACTS
        shutil.copytree(model_dir, staged, ignore=shutil.ignore_patterns(manifest.NAME))
        (staged / "lineage.json").write_text(lineage.model_dump_json(indent=1, by_alias=True))
        (staged / "verdict.json").write_text(verdict.model_dump_json(indent=1))
        mlmodel.write(staged, contract, lineage.python)
        digest = manifest.write(staged)
        run = _run(registry, name, inputs, lineage, metrics, tags)
        registry.client.log_artifacts(run.info.run_id, str(staged), ARTIFACTS)
        if signer:
            attach(registry, run.info.run_id, signing.sign(staged, signer))
        registry.client.set_terminated(run.info.run_id)
        labels = {
            **tags.aws(),
            DIGEST: digest,
            IDENTITY: lineage.identity(),
            INPUTS: inputs,
            PASSED: str(verdict.passed).lower(),
        }
        return _version(registry, name, run, labels)


def sign(registry: Registry, name: str, alias_or_version: str | int, signer: str) -> ModelVersion:
    """Sign a version as the registry holds it: one from before there was a key, or from before another one.

    Whoever calls this vouches for the version. Raises `Refused` when its files are not those of its digest.
    """
    version = show(registry, name, alias_or_version)
    with tempfile.TemporaryDirectory() as d:
        directory = download(registry, name, version.version, Path(d) / ARTIFACTS)
        with asking(registry, f"signing {name} version {version.version}"):
            attach(registry, version.run_id, signing.sign(directory, signer))
    return version


def _contract(model_dir: Path) -> ModelContract:
    path = model_dir / "contract.json"
    try:
        return ModelContract.model_validate_json(path.read_bytes())
    except ValidationError as e:
        first = e.errors()[0]
        raise InvalidInput(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _find(registry: Registry, name: str, inputs: str, signer: str | None) -> ModelVersion | None:
    public = signing.public_of(signer) if signer else None
    for found in _tagged(registry, name, inputs):
        version = show(registry, name, found.version)
        if public is None or signed(registry, version, public):
            return version
    return None


def _tagged(registry: Registry, name: str, inputs: str) -> list[Any]:
    where = f"name = '{name}' and tags.`{INPUTS}` = '{inputs}'"
    return sorted(registry.client.search_model_versions(where), key=lambda v: int(v.version))


def _run(
    registry: Registry, name: str, inputs: str, lineage: Lineage, metrics: Mapping[str, float], tags: CostTags
) -> Any:
    """The run that carries the artifacts: a new one, or the one that a killed process left."""
    from mlflow.entities import Metric, Param, RunTag, ViewType

    client = registry.client
    experiment = _experiment(registry, name, tags)
    taken = {version.run_id for version in _tagged(registry, name, inputs)}
    found = client.search_runs([experiment], f"tags.`{INPUTS}` = '{inputs}'", ViewType.ACTIVE_ONLY)
    left = [run for run in found if run.info.run_id not in taken]
    run = left[0] if left else client.create_run(experiment, run_name=lineage.run, tags={INPUTS: inputs})
    described = {
        **{k: str(v) for k, v in lineage.parameters.items()},
        "seed": str(lineage.seed),
        "dataset": f"{lineage.dataset}@{lineage.dataset_version}",
        "features": lineage.features,
    }
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(k, float(v), run.info.start_time, 0) for k, v in metrics.items()],
        params=[Param(k, v) for k, v in described.items()],
        tags=[RunTag(k, v) for k, v in _run_tags(lineage, tags).items()],
    )
    return run


def _run_tags(lineage: Lineage, tags: CostTags) -> dict[str, str]:
    return {
        **tags.aws(),
        IDENTITY: lineage.identity(),
        "mlflow.source.git.commit": lineage.code.revision or "none: not a git checkout",
        "groundway.dirty": str(lineage.code.dirty).lower(),
        "groundway.requirements": lineage.requirements,
    }


def _experiment(registry: Registry, name: str, tags: CostTags) -> str:
    found = registry.client.get_experiment_by_name(name)
    if found is None:
        return str(registry.client.create_experiment(name, tags=tags.using(run="standing").aws()))
    return str(found.experiment_id)


def _version(registry: Registry, name: str, run: Any, labels: Mapping[str, str]) -> ModelVersion:
    """Tags given at creation are written with the version in one transaction, so it is never seen half-made."""
    from mlflow.exceptions import MlflowException

    client = registry.client
    try:
        client.create_registered_model(name)
    except MlflowException as e:
        if e.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    source = f"{run.info.artifact_uri}/{ARTIFACTS}"
    made = client.create_model_version(name, source, run.info.run_id, tags=dict(labels), await_creation_for=0)
    return parse(client.get_model_version(name, made.version))
