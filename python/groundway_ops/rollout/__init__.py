"""A model version takes over the traffic step by step, judged in each, and is taken back at the first breach."""

from groundway_ops.rollout.local import LocalTarget
from groundway_ops.rollout.rollout import Outcome, StepTaken, rollout
from groundway_ops.rollout.target import Observation, Target, Variant

__all__ = ["LocalTarget", "Observation", "Outcome", "StepTaken", "Target", "Variant", "rollout"]
