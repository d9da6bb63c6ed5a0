"""Where predictions lie in the data bucket: `inference/<model>/<day of event time>/<time>-<id>.parquet`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from groundway.platform import Platform, client
from groundway.tags import CostTags

FOLDER = "inference"


class S3Sink:
    """Puts files with the platform's key and the model's cost tags."""

    def __init__(self, platform: Platform, model: str, tags: CostTags) -> None:
        self._bucket, self._model, self._tags = platform.data, model, tags
        self._s3: Any = None
        self._region = platform.region

    def put(self, path: Path, day: str) -> None:
        if self._s3 is None:
            self._s3 = client("s3", self._region)
        self._s3.put_object(
            Bucket=self._bucket.name,
            Key=f"{prefix(self._model)}{day}/{path.name.split('~')[1]}",
            Body=path.read_bytes(),
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=self._bucket.key_arn,
            Tagging=urlencode(self._tags.aws()),
        )


def prefix(model: str) -> str:
    """The folder of a model's predictions, with the slash."""
    return f"{FOLDER}/{model}/"
