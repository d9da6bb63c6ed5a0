"""Pinned models without a registry: published and signed in an environment's own bucket, and releases that pin them."""

from datetime import UTC, datetime
from pathlib import Path

import boto3
import numpy as np
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from small_model import PLAIN, TAGS, inputs, lineage, make_model

from groundway import platform as platforms
from groundway import signing
from groundway.platform import Platform
from groundway.registry import manifest
from groundway.release import Deployed, ModelPin, Release, artifacts, record

KEY = signing.generate("models")
NONE = f"sha256:{0:064d}"


def publish(platform: Platform, name: str, directory: Path, version: int) -> ModelPin:
    """Put the model where the environment's releases find it."""
    (directory / "lineage.json").write_text(lineage().model_dump_json())
    digest = f"sha256:{manifest.write(directory)}"
    artifacts.publish(platform, name, digest, directory, signing.sign(directory, KEY), TAGS)
    return ModelPin(version=version, digest=digest, signer=signing.public_of(KEY), dataset="d@1", features="f")


def published(platform: Platform, name: str, directory: Path, version: int) -> ModelPin:
    """A model that does well, made, published and pinned."""
    return publish(platform, name, make_model(directory, seed=version), version)


def deploy_release(platform: Platform, **models: ModelPin) -> Release:
    """Have the runtime follow a release of these."""
    release = Release(
        name="r-20270101t000000z-abcdef",
        environment=platform.environment,
        created=datetime.now(UTC),
        by="tests",
        revision="0" * 40,
        blueprint=NONE,
        configuration=NONE,
        policies=NONE,
        models={name.replace("_", "-"): pin for name, pin in models.items()},
    )
    record(Deployed(release=release, since=datetime.now(UTC)), platform.tags)
    return release


def describe(platform: Platform) -> Platform:
    """Publish the record that servers read."""
    name = platforms.parameter_name(platform.environment)
    boto3.client("ssm").put_parameter(Name=name, Value=platform.model_dump_json(), Type="String", Overwrite=True)
    return platform


def erring(directory: Path) -> Path:
    """It fails for every carrier but two of three."""
    return _made(directory, ["AA", "B6"], HistGradientBoostingClassifier(max_iter=10), lambda share: share)


def slow(directory: Path) -> Path:
    """It needs a hundred times as long as a good one."""
    forest = RandomForestClassifier(n_estimators=600, max_depth=4, random_state=0)
    return _made(directory, ["AA", "B6", "UA"], forest, lambda share: share)


def drifted(directory: Path) -> Path:
    """What scored high scores low, and the other way round, and all of it higher."""
    model = HistGradientBoostingClassifier(max_iter=10, random_state=0)
    return _made(directory, ["AA", "B6", "UA"], model, lambda share: 0.9 + 0.1 * (1 - share))


def _made(directory: Path, carriers: list[str], estimator: object, chance) -> Path:
    make_model(directory)
    frame = inputs(PLAIN)
    frame["carrier"] = np.random.default_rng(1).choice(carriers, len(frame))
    labels = np.random.default_rng(2).uniform(size=len(frame)) < chance(frame.distance / 1000)
    encode = make_column_transformer((OrdinalEncoder(handle_unknown="error"), ["carrier"]), remainder="passthrough")
    skops.io.dump(make_pipeline(encode, estimator).fit(frame, labels), directory / "model.skops")
    return directory
