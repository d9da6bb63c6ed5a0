"""Terraform's references in synthesized policies, filled in with placeholders of the shape that AWS gives them."""

import re
from string import Formatter
from typing import Any

from synthesis import Resource, Synthesized

from groundway.environment import Environment

REFERENCE = re.compile(r"\$\{([^}]+)\}")
REMOTE = re.compile(r"data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)")
HASH = re.compile(r"_[0-9A-F]{8}$")

# What AWS makes of a resource's own names. Where AWS chooses an id, `{construct}` stands for it: the construct's path.
ARNS = {
    "aws_accessanalyzer_analyzer": "arn:aws:access-analyzer:{region}:{account}:analyzer/{analyzer_name}",
    "aws_athena_workgroup": "arn:aws:athena:{region}:{account}:workgroup/{name}",
    "aws_cloudtrail": "arn:aws:cloudtrail:{region}:{account}:trail/{name}",
    "aws_cloudwatch_event_rule": "arn:aws:events:{region}:{account}:rule/{name}",
    "aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws_db_instance": "arn:aws:rds:{region}:{account}:db:{identifier}",
    "aws_dynamodb_table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "aws_ecr_repository": "arn:aws:ecr:{region}:{account}:repository/{name}",
    "aws_eks_cluster": "arn:aws:eks:{region}:{account}:cluster/{name}",
    "aws_glue_catalog_database": "arn:aws:glue:{region}:{account}:database/{name}",
    "aws_guardduty_detector": "arn:aws:guardduty:{region}:{account}:detector/{construct}",
    "aws_iam_instance_profile": "arn:aws:iam::{account}:instance-profile/{name}",
    "aws_iam_policy": "arn:aws:iam::{account}:policy/{name}",
    "aws_iam_role": "arn:aws:iam::{account}:role/{name}",
    "aws_kms_key": "arn:aws:kms:{region}:{account}:key/{construct}",
    "aws_prometheus_workspace": "arn:aws:aps:{region}:{account}:workspace/{construct}",
    "aws_s3_bucket": "arn:aws:s3:::{bucket}",
    "aws_sagemaker_feature_group": "arn:aws:sagemaker:{region}:{account}:feature-group/{feature_group_name}",
    "aws_sagemaker_model_package_group": (
        "arn:aws:sagemaker:{region}:{account}:model-package-group/{model_package_group_name}"
    ),
    "aws_security_group": "arn:aws:ec2:{region}:{account}:security-group/sg-{construct}",
    "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
    "aws_sqs_queue": "arn:aws:sqs:{region}:{account}:{name}",
    "aws_subnet": "arn:aws:ec2:{region}:{account}:subnet/subnet-{construct}",
    "aws_vpc": "arn:aws:ec2:{region}:{account}:vpc/vpc-{construct}",
}
OTHERS = {
    ("aws_db_instance", "resource_id"): "db-{construct}",
    ("aws_security_group", "id"): "sg-{construct}",
    ("aws_sqs_queue", "url"): "https://sqs.{region}.amazonaws.com/{account}/{name}",
    ("aws_subnet", "id"): "subnet-{construct}",
}


class UnknownReference(Exception):
    """A reference for whose value nothing is written down here."""


class References:
    """What the references of one environment's stacks stand for."""

    def __init__(self, synthesized: Synthesized, environment: Environment) -> None:
        self._synthesized, self._environment = synthesized, environment

    def resolve(self, stack: str, value: Any) -> Any:
        """`value`, from the content of `stack`, with every `${...}` in it filled in."""
        if isinstance(value, str):
            return REFERENCE.sub(lambda found: self._value(stack, found[1]), value)
        if isinstance(value, list):
            return [self.resolve(stack, one) for one in value]
        if isinstance(value, dict):
            return {key: self.resolve(stack, one) for key, one in value.items()}
        return value

    def arn(self, resource: Resource) -> str:
        """The ARN of a resource, whose type must be one of `ARNS`."""
        return self._filled(ARNS[resource.type], resource.stack, resource.name, resource.arguments)

    def _value(self, stack: str, reference: str) -> str:
        if remote := REMOTE.fullmatch(reference):
            elsewhere, output = remote.groups()
            return str(self.resolve(elsewhere, self._synthesized.stacks[elsewhere]["output"][output]["value"]))
        type, name, attribute = reference.split(".")
        arguments = self._synthesized.stacks[stack]["resource"][type][name]
        if attribute in arguments:
            return str(self.resolve(stack, arguments[attribute]))
        shape = ARNS.get(type) if attribute == "arn" else OTHERS.get((type, attribute))
        if shape is None:
            raise UnknownReference(f"{stack}: {reference}: say in {__name__}.py what AWS makes of it")
        return self._filled(shape, stack, name, arguments)

    def _filled(self, shape: str, stack: str, name: str, arguments: dict[str, Any]) -> str:
        values = {"region": self._environment.region, "account": self._environment.account}
        values["construct"] = HASH.sub("", name).replace("_", "-")
        needed = {field for _, field, _, _ in Formatter().parse(shape) if field} - values.keys()
        return shape.format(**values, **{key: self.resolve(stack, arguments[key]) for key in needed})
