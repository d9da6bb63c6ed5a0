"""Training: a plain script under the SageMaker file contract, run by a target. Today: a process on this machine."""

from groundway.training.job import Target, TrainingJob, TrainingResult
from groundway.training.local import LocalTarget
from groundway.training.model import load_model

__all__ = ["LocalTarget", "Target", "TrainingJob", "TrainingResult", "load_model"]
