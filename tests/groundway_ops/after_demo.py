"""What tests ask of a cloud in which a demo has run: the tags of all that it holds, and the simulated bill of it.

    python after_demo.py FILE    with the variables of `groundway local env dev`, in the checkout; writes JSON

Of every launch template an instance is started, as a node group would; they are gone when this is done.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from tag_walk import Found, plain, unknown, walk

from groundway import environment as environments
from groundway.platform import client
from groundway.service import home
from groundway.tags import KEYS
from groundway_ops import deployment
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.demo.bill import priced
from groundway_ops.demo.journey import MODEL, Journey
from groundway_ops.report.record import Record

IMAGE = "ami-12c6146b"  # one that the emulator has; on AWS, EKS chooses it


def tags(name: str, root: Path) -> dict[str, Any]:
    """Every resource with its tags, what the walk does not know, and how many instances and volumes were launched."""
    environment, clients = environments.load(name, root), cache(client)
    with launched(clients("ec2")) as instances:
        states = list(deployment.states(name, root).values())
        found = [*walk(clients, environment.account, environment.region, states), *objects(clients("s3"))]
        status = subprocess.run(["groundway", "local", "status", "--json"], capture_output=True, text=True, check=True)
        left = unknown(json.loads(status.stdout)["accounts"][environment.account], found)
    return {"found": [asdict(one) for one in found], "unknown": left, "launched": instances}


def objects(s3: Any) -> Iterator[Found]:
    """Objects that carry a cost tag: whose they are is known to whoever wrote them, so they carry all."""
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for item in page.get("Contents", []):
                given = plain(s3.get_object_tagging(Bucket=bucket["Name"], Key=item["Key"])["TagSet"])
                if given.keys() & set(KEYS):
                    yield Found("s3", "objects", f"{bucket['Name']}/{item['Key']}", given)


@contextmanager
def launched(ec2: Any) -> Iterator[list[str]]:
    """The ids of an instance of each launch template."""
    subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["false"]}])["Subnets"]
    ids = [
        ec2.run_instances(
            MinCount=1,
            MaxCount=1,
            ImageId=IMAGE,
            InstanceType="g5.xlarge",
            SubnetId=subnets[0]["SubnetId"],
            LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"]},
        )["Instances"][0]["InstanceId"]
        for template in ec2.describe_launch_templates()["LaunchTemplates"]
    ]
    try:
        yield ids
    finally:
        mine = [{"Name": "attachment.instance-id", "Values": ids}]
        interfaces = _interfaces(ec2, Filters=mine)
        ec2.terminate_instances(InstanceIds=ids)
        for volume in ec2.describe_volumes()["Volumes"]:
            ec2.delete_volume(VolumeId=volume["VolumeId"])
        for interface in interfaces & _interfaces(ec2):
            ec2.delete_network_interface(NetworkInterfaceId=interface)


def _interfaces(ec2: Any, **filters: Any) -> set[str]:
    return {one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces(**filters)["NetworkInterfaces"]}


def bill(name: str, root: Path) -> dict[str, Any]:
    """What the demo's step tells of it, the charges of the NAT gateway, and who was charged for training."""
    priced.keep(name, root)
    journey = Journey(name, root, Record(started="now", model=MODEL))
    journey.bill()
    assert journey.record.bill
    with Mart(home() / "demo" / "bill" / "mart").connect() as db:
        query = "SELECT DISTINCT resource FROM charges WHERE usage_type LIKE '%NatGateway-Hours'"
        gateways = db.execute(query).fetchall()
        trained = db.execute("SELECT run, count(*) FROM charges JOIN runs USING (run) GROUP BY 1").fetchall()
    return {"told": journey.record.bill.model_dump(), "gateways": gateways, "trained": trained}


if __name__ == "__main__":
    here = Path.cwd()
    Path(sys.argv[1]).write_text(json.dumps({"tags": tags("dev", here), "bill": bill("dev", here)}, default=str))
