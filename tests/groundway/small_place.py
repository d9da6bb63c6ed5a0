"""Somewhere to train small workloads: an emulated AWS and a real registry, for the length of a test module."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
import pytest
from emulated_platform import deploy, environment
from small_workload import SmallWorkload

from groundway import platform as platforms
from groundway import registry as models
from groundway import service
from groundway.pipeline import Prepared, Span, Trained, train
from groundway.platform import Platform
from groundway.registry import Registry


@dataclass(frozen=True)
class Place:
    """The dataset is landed and its features are written, once for all workloads of the module."""

    platform: Platform
    prepared: Prepared
    registry: Registry

    def train(self, workload: SmallWorkload, training: str = "2013-01", validation: str = "2013-02") -> Trained:
        spans = Span.parse(training), Span.parse(validation)
        return train(workload, self.platform, self.prepared, self.registry, *spans, print)

    def versions(self, workload: SmallWorkload) -> list[int]:
        return [v.version for v in models.versions(self.registry, workload.NAME)]

    def champion(self, workload: SmallWorkload) -> int | None:
        found = models.champion(self.registry, workload.NAME)
        return found.version if found else None


def runs(workload: SmallWorkload) -> int:
    """How often the model was trained."""
    return len(list((service.home() / "runs").glob(f"{workload.NAME}-*")))


@contextmanager
def deployed(emulator_url: str, registry_url: str, home: Path) -> Iterator[Platform]:
    """An emulated AWS with nothing in it but a platform and the registry's bucket, for the length of a test module."""
    with pytest.MonkeyPatch.context() as patch:
        with urlopen(Request(f"{emulator_url}/moto-api/reset", method="POST")) as answer:
            assert answer.status == 200
        for name, value in environment(emulator_url).items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        patch.delenv("GROUNDWAY_ENVIRONMENT", raising=False)
        patch.setenv("MLFLOW_TRACKING_URI", registry_url)
        patch.setenv("GROUNDWAY_HOME", str(home))
        platform = deploy()
        region = {"LocationConstraint": platform.region}
        boto3.client("s3").create_bucket(Bucket="groundway-session-models", CreateBucketConfiguration=region)
        record = {"Name": platforms.parameter_name(platform.environment), "Value": platform.model_dump_json()}
        boto3.client("ssm").put_parameter(**record, Type="String")
        yield platform


def installed(directory: Path, patch: pytest.MonkeyPatch, workload: SmallWorkload) -> str:
    """Install a distribution whose entry point gives `workload`; returns the name of its module."""
    module = f"installed_{directory.name}_{workload.NAME}".replace("-", "_")
    metadata = directory / f"{module}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[groundway.workloads]\n{workload.NAME} = {module}:workload\n")
    made = f"SmallWorkload({workload.NAME!r}, Path({str(workload.SCRIPT)!r}), Path({str(workload.REQUIREMENTS)!r}))"
    (directory / f"{module}.py").write_text(
        f"from pathlib import Path\nfrom small_workload import SmallWorkload\nworkload = {made}\n"
    )
    patch.syspath_prepend(str(directory))
    return module
