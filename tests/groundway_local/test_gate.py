"""Requests take turns: conditional writes are won by one, and nobody sees half a change."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from local_cloud import bucket, client

from groundway_local.emulator.exchange import Answer
from groundway_local.emulator.gate import Gate, reads_only


def test_one_at_a_time() -> None:
    gate, inside, seen = Gate(), [0], []

    def work(_: object) -> Answer:
        inside[0] += 1
        seen.append(inside[0])
        time.sleep(0.005)
        inside[0] -= 1
        return Answer("200 OK", [], b"")

    handle = gate(work)
    with ThreadPoolExecutor(8) as pool:
        requests = [pool.submit(handle, {"REQUEST_METHOD": "PUT"}) for _ in range(40)]
        with gate.closed():
            assert inside == [0]
            before = len(seen)
            time.sleep(0.05)
            assert len(seen) == before
        for request in requests:
            request.result()
    assert seen == [1] * 40
    assert gate.changes == 40


@pytest.mark.parametrize(
    ("request_", "reads"),
    [
        ({"REQUEST_METHOD": "GET"}, True),
        ({"REQUEST_METHOD": "POST", "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.GetItem"}, True),
        ({"REQUEST_METHOD": "POST", "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.PutItem"}, False),
        ({"REQUEST_METHOD": "POST"}, False),
        ({"REQUEST_METHOD": "DELETE"}, False),
    ],
)
def test_only_what_surely_reads_needs_no_save(request_: dict[str, str], reads: bool) -> None:
    assert reads_only(request_) is reads


def test_of_many_conditional_writes_one_succeeds(address: str, account: str) -> None:
    name = f"race-{account}"
    s3 = bucket(address, name, account)

    def put(i: int) -> int:
        try:
            answer = s3.put_object(Bucket=name, Key="lock", Body=str(i).encode(), IfNoneMatch="*")
        except ClientError as error:
            answer = error.response
        return int(answer["ResponseMetadata"]["HTTPStatusCode"])

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(put, range(64))) == [200] + [412] * 63


def test_listing_while_others_create(address: str, account: str) -> None:
    iam = client("iam", address, account)
    with ThreadPoolExecutor(16) as pool:
        made = [pool.submit(iam.create_user, UserName=f"u{i}") for i in range(60)]
        listed = [pool.submit(iam.list_users) for _ in range(60)]
        for done in [*made, *listed]:
            done.result()
    assert len(iam.list_users()["Users"]) == 60


def test_a_long_poll_lets_others_pass(address: str, account: str) -> None:
    sqs = client("sqs", address, account)
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=10)
        time.sleep(0.3)
        start = time.monotonic()
        client("sqs", address, account).send_message(QueueUrl=queue, MessageBody="late")
        assert time.monotonic() - start < 2
        assert waiting.result(5)["Messages"][0]["Body"] == "late"


def test_what_is_not_emulated_is_an_error_that_says_so(address: str, account: str) -> None:
    with pytest.raises(ClientError) as refused:
        client("outposts", address, account).list_outposts()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 400
    assert client("s3", address, account).list_buckets()["Buckets"] == []
