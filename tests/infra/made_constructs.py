"""An app whose constructs come about in every way there is. A comment "makes" marks the line that is to be told.

Example: python made_constructs.py OUTDIR
"""

import functools
import sys

from infra import sources
from infra.cdk import App, Construct, S3Backend, TerraformStack, aws

Queue = aws.sqs_queue.SqsQueue


class Inner(Construct):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self._make()

    def _make(self) -> None:
        Queue(self, "queue")  # makes: outer/one/queue outer/two/queue held/in/queue


class Outer(Construct):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        Inner(self, "one")  # makes: outer/one
        Inner(  # makes: outer/two
            self,
            "two",
        )


class Deadline(Queue):
    """A resource that knows its own arguments."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id, message_retention_seconds=60)


@functools.singledispatch
def dispatched(scope: Construct) -> None:
    Queue(scope, "dispatched")  # makes: dispatched


def fill(stack: TerraformStack) -> None:
    Outer(stack, "outer")  # makes: outer
    for name in ("a", "b"):
        aws.sqs_queue.SqsQueue(  # makes: loop-a loop-b
            stack,
            f"loop-{name}",
            name=name,
        )
    kept = [
        Queue(stack, f"list-{name}")  # makes: list-a list-b
        for name in ("a", "b")
    ]
    kept += map(functools.partial(Queue, stack), ["mapped"])  # makes: mapped
    functools.partial(Queue, stack)("partial")  # makes: partial
    dispatched(stack)
    Queue(stack, "with/slash")  # makes: with--slash
    Deadline(stack, "deadline")  # makes: deadline
    aws.data_aws_regions.DataAwsRegions(stack, "regions")  # makes: regions
    aws.provider.AwsProvider(stack, "aws")  # makes: aws
    S3Backend(stack, bucket="b", key=f"{stack.node.id}.tfstate", region="eu-west-1")  # makes: backend
    Inner(Construct(stack, "held"), "in")  # makes: held held/in


def use(stack: TerraformStack, made_elsewhere: str) -> None:
    """A reference to another stack: the CDK itself adds an output there, and here what reads its state."""
    aws.provider.AwsProvider(stack, "aws")
    S3Backend(stack, bucket="b", key="user.tfstate", region="eu-west-1")
    Queue(stack, "queue", name=made_elsewhere)


def main() -> None:
    app = App(outdir=sys.argv[1])
    stack = TerraformStack(app, "stack")  # makes: .
    fill(stack)
    use(TerraformStack(app, "user"), Queue(stack, "used").arn)  # makes: used
    app.synth()
    sources.write(app)


if __name__ == "__main__":
    main()
