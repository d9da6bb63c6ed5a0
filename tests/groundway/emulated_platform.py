"""A `Platform` whose buckets, key and table exist in an emulated AWS, for tests that need no stacks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

from groundway.platform import Bucket, Cluster, FeatureStore, Images, Network, Platform, Roles
from groundway.tags import CostTags

REGION = "eu-central-1"
ACCOUNT = "123456789012"


@contextmanager
def emulator() -> Iterator[str]:
    """A moto server in a thread, on a free port of the loopback address; yields its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def environment(endpoint: str) -> Mapping[str, str]:
    """The ordinary AWS settings that point a process at `endpoint`."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def deploy(name: str = "test") -> Platform:
    """Make what the runtime uses (three buckets, a key, the online table, a topic) and the record that names it."""
    key = boto3.client("kms").create_key(Description=name)["KeyMetadata"]["Arn"]
    s3 = boto3.client("s3")
    buckets = {room: f"groundway-{name}-{room}" for room in ("data", "models", "features")}
    for bucket in buckets.values():
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    boto3.client("dynamodb").create_table(
        TableName=f"groundway-{name}-online",
        KeySchema=[{"AttributeName": "entity_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "entity_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    topic = boto3.client("sns").create_topic(Name=f"groundway-{name}-alerts")["TopicArn"]
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}"
    return Platform(
        environment="dev",
        account=ACCOUNT,
        region=REGION,
        tags=CostTags(team="platform", project="tests", environment="dev", cost_center="cc-1", owner="tests"),
        network=Network(vpc_id="vpc-1", private_subnet_ids=("subnet-1", "subnet-2"), workload_security_group_id="sg-1"),
        cluster=Cluster(name=name, arn=f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{name}", gpu_pools=()),
        data=Bucket(name=buckets["data"], key_arn=key),
        models=Bucket(name=buckets["models"], key_arn=key),
        features=FeatureStore(
            bucket=Bucket(name=buckets["features"], key_arn=key),
            online_table=f"groundway-{name}-online",
            glue_database=f"groundway_{name}",
        ),
        images=Images(training=f"{registry}/training", serving=f"{registry}/serving"),
        roles=Roles(
            training=f"arn:aws:iam::{ACCOUNT}:role/{name}-training",
            serving=f"arn:aws:iam::{ACCOUNT}:role/{name}-serving",
        ),
        alerts_topic_arn=topic,
    )
