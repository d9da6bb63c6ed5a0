"""Publishes `Platform`, the one contract with the runtime, as an SSM parameter."""

import json
import re
from typing import Any

from groundway.platform import Platform, parameter_name
from infra.cdk import Construct, aws

STANDARD = 4096  # characters of a standard parameter, which is free; an advanced one takes twice as many
ID, ANSWER = 24, 105  # characters that AWS answers for a reference at most, with names like ours


class PlatformRecord(Construct):
    """Comes last: where the record is, everything that it names is there too."""

    def __init__(self, scope: Construct, id: str, platform: Platform) -> None:
        super().__init__(scope, id)
        record = platform.model_dump(mode="json", by_alias=True)
        fits = len(json.dumps(resolved(record), separators=(",", ":"))) < STANDARD
        aws.ssm_parameter.SsmParameter(
            self,
            "parameter",
            name=parameter_name(platform.environment),
            description="What a workload needs to know of this environment",
            type="String",
            tier=None if fits else "Advanced",
            value=platform.model_dump_json(by_alias=True),
        )


def resolved(value: Any, key: str = "") -> Any:
    """The record with something of the greatest length for each reference."""
    if isinstance(value, dict):
        return {k: resolved(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [resolved(v, key) for v in value]
    longest = "x" * (ID if key.endswith(("_id", "_ids")) else ANSWER)
    return re.sub(r"\$\{[^}]+\}", longest, value) if isinstance(value, str) else value
