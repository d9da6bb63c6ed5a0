"""Requests take turns: conditional writes are won by one, and nobody sees half a change."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from local_cloud import bucket, client


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
        client("bcm-data-exports", address, account).list_exports()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 400
    assert client("s3", address, account).list_buckets()["Buckets"] == []
