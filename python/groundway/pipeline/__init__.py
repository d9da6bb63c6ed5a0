"""The model life cycle over a workload: prepare, train, promote, watch, reproduce."""

from groundway.pipeline.prepare import Prepared, prepare
from groundway.pipeline.reproduce import Reproduction, reproduce
from groundway.pipeline.span import Span
from groundway.pipeline.train import Trained, train
from groundway.pipeline.watch import Observation, watch
from groundway.pipeline.workload import Tick, Workload, find

__all__ = [
    "Observation",
    "Prepared",
    "Reproduction",
    "Span",
    "Tick",
    "Trained",
    "Workload",
    "find",
    "prepare",
    "reproduce",
    "train",
    "watch",
]
