import boto3
import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from groundway import data
from groundway.errors import InvalidInput, Refused, Unavailable
from groundway.platform import Platform

ORDERS = pa.table({"id": [1, 2, 3], "price": [1.5, None, 2.5]})
SHOPS = pa.table({"shop": ["a", "b"]})


def land(platform: Platform, **tables: pa.Table) -> data.DatasetVersion:
    return data.land(platform, "shop", tables, platform.tags)


def objects(platform: Platform) -> dict[str, dict[str, object]]:
    listed = boto3.client("s3").list_objects_v2(Bucket=platform.data.name).get("Contents", [])
    return {o["Key"]: o for o in listed}


def object_of(platform: Platform, dataset: data.DatasetVersion, table: str) -> str:
    (key,) = [k for k in objects(platform) if dataset.tables[table].sha256 in k]
    return key


def test_what_was_landed_is_read_back(platform: Platform) -> None:
    dataset = land(platform, orders=ORDERS, shops=SHOPS)
    assert data.read(platform, "shop", dataset.version) == {"orders": ORDERS, "shops": SHOPS}
    assert dataset.tables["orders"].rows == 3
    assert dataset.tables["orders"].columns == {"id": "int64", "price": "double"}


def test_columns_choose_tables_and_columns(platform: Platform) -> None:
    version = land(platform, orders=ORDERS, shops=SHOPS).version
    assert data.read(platform, "shop", version, {"orders": ["price"]}) == {"orders": ORDERS.select(["price"])}
    with pytest.raises(InvalidInput, match="no column 'colour'; it has id, price"):
        data.read(platform, "shop", version, {"orders": ["colour"]})
    with pytest.raises(InvalidInput, match="no table 'staff'"):
        data.read(platform, "shop", version, {"staff": ["name"]})


def test_the_same_tables_are_the_same_version_and_are_sent_once(platform: Platform) -> None:
    first = land(platform, orders=ORDERS, shops=SHOPS)
    before = objects(platform)
    chunked = pa.concat_tables([ORDERS.slice(0, 1), ORDERS.slice(1)]).replace_schema_metadata({"made": "elsewhere"})
    said: list[str] = []
    again = data.land(platform, "shop", {"shops": SHOPS, "orders": chunked}, platform.tags, said.append)
    assert again == first
    assert objects(platform) == before
    assert all("already" in line for line in said)
    assert len(said) == 3


def test_another_row_is_another_version_and_sends_only_what_changed(platform: Platform) -> None:
    first = land(platform, orders=ORDERS, shops=SHOPS)
    before = objects(platform)
    second = land(platform, orders=ORDERS.slice(0, 2), shops=SHOPS)
    assert second.version != first.version
    assert len(objects(platform)) == len(before) + 2  # one table, one manifest
    assert [d.version for d in data.versions(platform, "shop")] == [first.version, second.version]
    assert data.read(platform, "shop", first.version)["orders"] == ORDERS


def test_objects_are_encrypted_with_the_platform_key_and_carry_the_cost_tags(platform: Platform) -> None:
    land(platform, orders=ORDERS)
    s3 = boto3.client("s3")
    for key in objects(platform):
        head = s3.head_object(Bucket=platform.data.name, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", platform.data.key_arn)
        tags = s3.get_object_tagging(Bucket=platform.data.name, Key=key)["TagSet"]
        assert {t["Key"]: t["Value"] for t in tags} == platform.tags.aws()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-20], "bytes instead of"),
        (lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:], "is corrupted"),
        (None, "is missing"),
    ],
)
def test_a_damaged_object_is_refused_by_name_until_it_is_landed_again(platform: Platform, damage, message) -> None:
    dataset = land(platform, orders=ORDERS, shops=SHOPS)
    key = object_of(platform, dataset, "orders")
    s3 = boto3.client("s3")
    content = s3.get_object(Bucket=platform.data.name, Key=key)["Body"].read()
    if damage:
        s3.put_object(Bucket=platform.data.name, Key=key, Body=damage(content))
    else:
        s3.delete_object(Bucket=platform.data.name, Key=key)
    with pytest.raises(Refused, match=message) as refused:
        data.read(platform, "shop", dataset.version)
    assert key in refused.value.message
    assert data.read(platform, "shop", dataset.version, {"shops": ["shop"]}) == {"shops": SHOPS}
    land(platform, orders=ORDERS, shops=SHOPS)
    assert data.read(platform, "shop", dataset.version)["orders"] == ORDERS


def test_a_changed_manifest_is_refused(platform: Platform) -> None:
    dataset = land(platform, orders=ORDERS)
    key = f"datasets/shop/versions/{dataset.version}.json"
    changed = dataset.model_dump_json().replace('"rows":3', '"rows":4')
    boto3.client("s3").put_object(Bucket=platform.data.name, Key=key, Body=changed.encode())
    with pytest.raises(Refused, match="was changed"):
        data.read(platform, "shop", dataset.version)
    boto3.client("s3").put_object(Bucket=platform.data.name, Key=key, Body=b"{}")
    with pytest.raises(Refused, match="not a manifest"):
        data.versions(platform, "shop")


def test_a_crash_while_landing_leaves_no_version(platform: Platform) -> None:
    class Killed(BaseException):
        pass

    def kill(line: str) -> None:
        if line.startswith("shops"):
            raise Killed

    with pytest.raises(Killed):
        data.land(platform, "shop", {"orders": ORDERS, "shops": SHOPS}, platform.tags, kill)
    assert len(objects(platform)) == 2
    assert data.versions(platform, "shop") == []


def test_what_cannot_be_landed_or_read_says_why(platform: Platform) -> None:
    with pytest.raises(InvalidInput, match="no tables"):
        land(platform)
    with pytest.raises(InvalidInput, match="'orders' of dataset 'shop' is empty"):
        land(platform, orders=ORDERS.slice(0, 0))
    with pytest.raises(InvalidInput, match=r"dataset '\.\./x'"):
        data.land(platform, "../x", {"orders": ORDERS}, platform.tags)
    assert objects(platform) == {}
    version = land(platform, orders=ORDERS).version
    with pytest.raises(InvalidInput, match=f"no version 'nope'; versions: {version}"):
        data.read(platform, "shop", "nope")


def test_a_bucket_that_is_not_there_is_unavailable(platform: Platform) -> None:
    gone = platform.model_copy(update={"data": platform.data.model_copy(update={"name": "groundway-gone"})})
    with pytest.raises(Unavailable, match="s3://groundway-gone/"):
        data.land(gone, "shop", {"orders": ORDERS}, platform.tags)
    with pytest.raises(ClientError):
        boto3.client("s3").list_objects_v2(Bucket="groundway-gone")
