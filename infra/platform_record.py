"""Publishes `Platform`, the one contract with the runtime, as an SSM parameter."""

from groundway.platform import Platform, parameter_name
from infra.cdk import Construct, aws


class PlatformRecord(Construct):
    """Comes last: where the record is, everything that it names is there too."""

    def __init__(self, scope: Construct, id: str, platform: Platform) -> None:
        super().__init__(scope, id)
        aws.ssm_parameter.SsmParameter(
            self,
            "parameter",
            name=parameter_name(platform.environment),
            description="What a workload needs to know of this environment",
            type="String",
            value=platform.model_dump_json(by_alias=True),
        )
