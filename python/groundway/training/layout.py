"""The directory tree and the variables that SageMaker gives to a training script, below one run directory.

<run>/opt/ml/input/config/{hyperparameters,inputdataconfig,resourceconfig}.json
<run>/opt/ml/input/data/<channel>/      a link to the local directory, or what was downloaded
<run>/opt/ml/model/                     SM_MODEL_DIR
<run>/opt/ml/output/{data/,failure}     SM_OUTPUT_DATA_DIR; why it failed
<run>/training.log
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from urllib.parse import urlparse

from groundway.errors import InvalidInput, Unavailable
from groundway.platform import client
from groundway.training.job import TrainingJob

# Sums differ in their last bits with the number of threads that share them, and with them the trees.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")


class Layout:
    """The paths of one run. `prepare` makes them afresh, so nothing of an earlier attempt is mistaken for new."""

    def __init__(self, run_dir: Path) -> None:
        self.root = run_dir
        self.opt = run_dir / "opt" / "ml"
        self.config = self.opt / "input" / "config"
        self.data = self.opt / "input" / "data"
        self.model = self.opt / "model"
        self.output = self.opt / "output" / "data"
        self.failure = self.opt / "output" / "failure"
        self.log = run_dir / "training.log"

    def prepare(self, job: TrainingJob) -> None:
        shutil.rmtree(self.opt, ignore_errors=True)
        for directory in (self.config, self.data, self.model, self.output):
            directory.mkdir(parents=True)
        channels = {name: {"TrainingInputMode": "File"} for name in sorted(job.channels)}
        resources = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo"}
        for name, content in (
            ("hyperparameters", job.arguments()),
            ("inputdataconfig", channels),
            ("resourceconfig", resources),
        ):
            (self.config / f"{name}.json").write_text(json.dumps(content, indent=1))
        for name, source in job.channels.items():
            place(source, self.data / name)

    def variables(self, job: TrainingJob) -> dict[str, str]:
        """The script's whole environment: nothing of the caller's but what a program needs to run at all.

        Credentials are not passed on: a script reads its channels and nothing else. `job.environment` wins.
        """
        arguments = job.arguments()
        return {
            **{k: os.environ[k] for k in INHERITED if k in os.environ},
            **ONE_THREAD,
            "PYTHONHASHSEED": str(job.seed),
            "PYTHONUNBUFFERED": "1",
            **{f"SM_CHANNEL_{name.upper()}": str(self.data / name) for name in job.channels},
            **{f"SM_HP_{name.upper()}": value for name, value in arguments.items()},
            "SM_CHANNELS": json.dumps(sorted(job.channels)),
            "SM_HPS": json.dumps(arguments),
            "SM_INPUT_DIR": str(self.opt / "input"),
            "SM_INPUT_CONFIG_DIR": str(self.config),
            "SM_MODEL_DIR": str(self.model),
            "SM_OUTPUT_DIR": str(self.failure.parent),
            "SM_OUTPUT_DATA_DIR": str(self.output),
            "SM_NUM_CPUS": "1",
            "SM_NUM_GPUS": "0",
            "SM_HOSTS": '["algo-1"]',
            "SM_CURRENT_HOST": "algo-1",
            "TRAINING_JOB_NAME": job.tags.run,
            **job.environment,
        }


def place(source: str | Path, target: Path) -> None:
    """Make the channel's files appear in `target`."""
    if not str(source).startswith("s3://"):
        target.symlink_to(Path(source).resolve(), target_is_directory=True)
        return
    from botocore.exceptions import BotoCoreError, ClientError

    where = urlparse(str(source))
    bucket, folder = where.netloc, where.path.lstrip("/")
    target.mkdir()
    try:
        s3 = client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
        keys = [o["Key"] for page in pages for o in page.get("Contents", ()) if not o["Key"].endswith("/")]
        for key in keys:
            # SageMaker keeps what follows the prefix; a prefix that is itself an object gives a file of its name.
            name = key.removeprefix(folder).lstrip("/") or Path(key).name
            file = (target / name).resolve()
            if not file.is_relative_to(target.resolve()):
                raise InvalidInput(f"s3://{bucket}/{key} would be written outside its channel")
            file.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, key, str(file))
    except (BotoCoreError, ClientError) as e:
        raise Unavailable(f"cannot read channel {source}: {e}") from None
    if not keys:
        raise InvalidInput(f"channel {source} has no objects")
