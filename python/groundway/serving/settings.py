"""How a server is run."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """What is served: the model directory `directory` (SageMaker: /opt/ml/model), or what has `alias` in the registry.

    Where neither is given: what the environment's deployed release pins, and the champion as long as none is deployed.
    Sizes are in bytes, times in seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    alias: str | None = None
    directory: Path | None = None
    environment: str | None = None
    feature_project: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    body_limit: int = Field(8 * 2**20, ge=1)
    batch_rows: int = Field(4096, ge=1)  # rows that one pass through the model takes together
    waiting_rows: int = Field(200_000, ge=1)  # beyond these a request is refused at once
    linger: float = Field(0.0, ge=0)  # between SIGTERM and closing the door; lets a load balancer see /ping 503
    drain: float = Field(30.0, gt=0)  # for requests in flight when the door is closed
    log: bool = True
    log_seconds: float = Field(10.0, gt=0)
    log_rows: int = Field(50_000, ge=1)
    log_memory_rows: int = Field(500_000, ge=1)  # rows kept in memory while the disk cannot follow; more are dropped
    log_spool: int = Field(512 * 2**20, ge=1)  # bytes kept on disk while S3 cannot be reached; the oldest go first
