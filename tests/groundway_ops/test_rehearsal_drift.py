"""The table of changes behind Terraform's back: its lines are possible, they are chosen well and judged strictly."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import xform_name
from moto.server import ThreadedMotoServer

from groundway_local.provider import schema
from groundway_ops.rehearsal.drift import DRIFTS, Aws, Drift
from groundway_ops.rehearsal.drift.rounds import Choice, Planted, choose, make, shown, unrepaired, unseen
from groundway_ops.rehearsal.drift.tags import OTHER, retag, taggable
from groundway_ops.rehearsal.plans import Change
from groundway_ops.rehearsal.terraform import Resource

ACCOUNT = "123456789012"
ARN = f"arn:aws:x:eu-west-1:{ACCOUNT}:x/x"


# the table


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Type -> what Terraform's schema says of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(tmp_path_factory.mktemp("home")))
        return schema.load(sorted({d.type for d in DRIFTS}), []).resources


def example(block: dict[str, Any]) -> dict[str, Any]:
    """A state with some value for every attribute of the schema."""

    def value(kind: Any) -> Any:
        if isinstance(kind, list) and kind[0] == "object":
            return {name: value(k) for name, k in kind[1].items()}
        if isinstance(kind, list):
            return {"owner": value(kind[1])} if kind[0] == "map" else [value(kind[1])]
        return {"number": 2, "bool": True}.get(str(kind), ARN)

    attributes = {name: value(a["type"]) for name, a in block.get("attributes", {}).items()}
    return attributes | {name: [example(b["block"])] for name, b in block.get("block_types", {}).items()}


class Checked:
    """A client that carries nothing out and takes only what the API's model has."""

    def __init__(self, service: str) -> None:
        self._model = botocore.session.get_session().get_service_model(service)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        (name,) = [n for n in self._model.operation_names if xform_name(n) == method]
        shape = self._model.operation_model(name).input_shape

        def call(**given: Any) -> Any:
            members = shape.members if shape else {}
            assert given.keys() <= members.keys(), f"{method} has no {given.keys() - members.keys()}"
            assert set(shape.required_members if shape else ()) <= given.keys(), method
            return defaultdict(dict)

        return call


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda d: f"{d.type}-{d.what.replace(' ', '-')}")
def test_a_line_speaks_of_what_there_is(drift: Drift, blocks: dict[str, Any]) -> None:
    block = blocks[drift.type]
    known = block["attributes"].keys() | block.get("block_types", {}).keys()
    assert drift.attribute is None or drift.attribute in known
    state = example(block)
    drift.when(state)
    drift.make(Checked, state)


def test_a_line_that_does_not_is_noticed(blocks: dict[str, Any]) -> None:
    state = example(blocks["aws_kms_key"])
    with pytest.raises(KeyError):
        Drift("aws_kms_key", "", lambda aws, s: aws("kms").disable_key(KeyId=s["name"])).make(Checked, state)
    with pytest.raises(AssertionError):
        Drift("aws_kms_key", "", lambda aws, s: aws("kms").disable_key(Key=s["key_id"])).make(Checked, state)


def test_lines_do_not_hide_each_other() -> None:
    places = [(d.type, d.attribute) for d in DRIFTS]
    assert len(places) == len(set(places))
    assert len({d.type for d in DRIFTS}) >= 25


# choosing


def resource(address: str, **attributes: Any) -> Resource:
    return Resource(address, address.partition(".")[0], attributes)


def nothing(*_: Any) -> None:
    pass


TABLE = (
    Drift("aws_a", "changed", nothing, "x"),
    Drift("aws_a", "opened", nothing, "y", when=lambda s: s["y"] == "closed"),
    Drift("aws_a", "deleted", nothing),
)


def test_every_resource_is_changed_and_one_of_a_type_deleted() -> None:
    held = {
        "dev-one": [resource("aws_a.1", y="closed"), resource("aws_a.2", y="open"), resource("aws_bare.1", arn=ARN)],
        "dev-two": [resource("aws_b.1", arn=ARN, tags_all={"owner": "me"}), resource("aws_a.3", y="open")],
    }
    choice = choose(held, TABLE)
    assert [str(p) for p in choice.changed] == [
        "dev-one: aws_a.1: changed",
        "dev-one: aws_a.2: changed",
        "dev-two: aws_a.3: changed",
        "dev-one: aws_a.1: opened",
        "dev-two: aws_b.1: a tag changed",
    ]
    assert [str(p) for p in choice.deleted] == ["dev-one: aws_a.1: deleted"]
    assert choice.bare == ["aws_bare"]


def test_what_has_no_rest_is_left_alone() -> None:
    held = {"dev-one": [resource("aws_a.1", y="open"), resource("aws_a.2", y="open")]}
    choice = choose(held, TABLE, without=frozenset({"aws_a.1"}))
    assert {p.resource.address for p in [*choice.changed, *choice.deleted]} == {"aws_a.2"}
    assert choose({}, TABLE) == Choice([], [], [])


# judging


def planted(drift: Drift) -> Planted:
    return Planted("dev-one", resource("aws_a.1"), drift)


def plan(*actions: str, attributes: str = "", address: str = "aws_a.1") -> dict[str, dict[str, Change]]:
    return {"dev-one": {address: Change(address, "aws_a", actions, frozenset(attributes.split()))}}


def test_a_change_is_shown_by_its_attribute_at_its_address() -> None:
    change = planted(TABLE[0])
    assert shown(change, plan("update", attributes="x z"))
    assert not shown(change, plan("update", attributes="z"))
    assert not shown(change, plan("update", attributes="x", address="aws_a.2"))
    assert not shown(change, {"dev-one": {}})
    tag = planted(Drift("aws_a", "a tag removed", nothing, "tags"))
    assert shown(tag, plan("update", attributes="tags_all"))


def test_a_deletion_is_shown_by_making_it_again() -> None:
    gone = planted(TABLE[2])
    assert shown(gone, plan("create"))
    assert not shown(gone, plan("update", attributes="x"))
    assert unseen([gone], {"dev-one": {}}) == ["dev-one: aws_a.1: deleted: the plan does not show it"]
    assert unseen([gone], plan("create")) == []


def test_what_is_still_shown_was_not_repaired_unless_it_was_lost_since() -> None:
    change = planted(TABLE[0])
    assert unrepaired(change, plan("update", attributes="x"))
    assert not unrepaired(change, plan("update", attributes="z"))
    assert not unrepaired(change, plan("create", attributes="x"))
    assert not unrepaired(change, {"dev-one": {}})


def test_a_change_that_cannot_be_made_is_told() -> None:
    def refuse(*_: Any) -> None:
        raise LookupError("no way")

    aws = Aws({"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": ACCOUNT})
    made, problems = make([planted(TABLE[0]), planted(Drift("aws_a", "tried", refuse))], aws)
    assert [p.drift.what for p in made] == ["changed"]
    assert problems == ["dev-one: aws_a.1: tried: could not be made: LookupError: no way"]


# the AWS it is done to


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(endpoint: str) -> Aws:
    return Aws(
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_ENDPOINT_URL": endpoint,
        }
    )


def test_clients_are_of_the_resources_account_and_region(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of nothing that is set around them."""
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "https://sqs.example.invalid")
    here = aws.of({})("sqs")
    assert here.meta.region_name == "eu-west-1"
    assert here.meta.endpoint_url == aws.env["AWS_ENDPOINT_URL"]
    there = aws.of({"arn": "arn:aws:sqs:us-east-1:222222222222:q"})("sqs")
    assert there.meta.region_name == "us-east-1"
    assert there._request_signer._credentials.access_key == "222222222222"
    assert aws.of({"arn": f"arn:aws:iam::{ACCOUNT}:role/r"})("iam").meta.region_name != ""


def test_no_request_goes_to_another_host_than_the_endpoint(aws: Aws) -> None:
    """S3 Control would go to <account>.127.0.0.1."""
    s3control = aws.of({})("s3control")
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=blocked)
    found = s3control.get_public_access_block(AccountId=ACCOUNT)
    assert found["PublicAccessBlockConfiguration"] == blocked


def test_a_tag_is_changed_whatever_the_service_calls_it(aws: Aws) -> None:
    clients, tags = aws.of({}), {"owner": "me", "team": "us"}
    listed = [{"Key": k, "Value": v} for k, v in tags.items()]

    sqs = clients("sqs")
    url = sqs.create_queue(QueueName="q", tags=tags)["QueueUrl"]
    retag(clients, {"arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", "url": url, "tags_all": tags})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == tags | {"owner": OTHER}

    kms = clients("kms")
    key = kms.create_key(Tags=[{"TagKey": k, "TagValue": v} for k, v in tags.items()])["KeyMetadata"]
    retag(clients, {"arn": key["Arn"], "tags_all": tags})
    found = {t["TagKey"]: t["TagValue"] for t in kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]}
    assert found == tags | {"owner": OTHER}

    s3 = clients("s3")
    s3.create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_tagging(Bucket="a-bucket", Tagging={"TagSet": listed})
    retag(clients, {"arn": "arn:aws:s3:::a-bucket", "bucket": "a-bucket", "tags_all": tags})
    assert {t["Key"]: t["Value"] for t in s3.get_bucket_tagging(Bucket="a-bucket")["TagSet"]} == tags | {"owner": OTHER}

    iam = clients("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}", Tags=listed)["Role"]
    retag(clients, {"arn": role["Arn"], "name": "r", "tags_all": tags})
    assert {t["Key"]: t["Value"] for t in iam.list_role_tags(RoleName="r")["Tags"]} == tags | {"owner": OTHER}

    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    retag(clients, {"id": vpc, "tags": tags})
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"] == [{"Key": "owner", "Value": OTHER}]


def test_what_cannot_be_tagged_says_so() -> None:
    assert taggable({"arn": ARN, "tags_all": {"a": "b"}})
    assert taggable({"id": "nat-0123456789abcdef0", "tags": {"a": "b"}})
    assert not taggable({"arn": ARN, "tags_all": {}})
    assert not taggable({"id": "something", "tags_all": {"a": "b"}})
    client: Any = boto3.client("sts", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with pytest.raises(LookupError, match="sts has no operation"):
        retag(lambda _: client, {"arn": "arn:aws:sts::1:x/y", "tags_all": {"a": "b"}})
