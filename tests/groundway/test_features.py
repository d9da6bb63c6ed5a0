from datetime import UTC, datetime, timedelta, timezone

import boto3
import pandas as pd
import polars as pl
import pytest
from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Array, Float64, Int64, String

from groundway import features
from groundway.contract import OnlineInput
from groundway.errors import InvalidInput, Unavailable
from groundway.features.feature_store import FeatureStore
from groundway.features.online import OnlineTable
from groundway.platform import Platform

NOON = datetime(2013, 3, 10, 12, tzinfo=UTC)
SOURCE = FileSource(name="any", path="any.parquet", timestamp_field="event_timestamp")
SHOP = Entity(name="shop", join_keys=["shop"], value_type=ValueType.STRING)
STREET = Entity(name="street", join_keys=["street"], value_type=ValueType.STRING)


def view(name: str, *entities: Entity, ttl: timedelta = timedelta(0), **kinds: object) -> FeatureView:
    schema = [Field(name=n, dtype=k) for n, k in (kinds or {"price": Float64, "count": Int64}).items()]
    return FeatureView(name=name, entities=list(entities or [SHOP]), schema=schema, source=SOURCE, ttl=ttl)


def definitions() -> list[object]:
    return [SHOP, STREET, view("sales"), view("stock"), view("visits", SHOP, STREET, label=String)]


def rows(*given: tuple[str, float, float | None, int | None]) -> pl.DataFrame:
    """Rows of (shop, hours after noon, price, count)."""
    columns = {"shop": pl.String, "hours": pl.Float64, "price": pl.Float64, "count": pl.Int64}
    frame = pl.DataFrame(list(given), schema=columns, orient="row")
    at = pl.lit(NOON) + pl.duration(seconds=pl.col("hours") * 3600)
    return frame.select("shop", "price", "count", at.alias("event_timestamp"))


PRICE = OnlineInput(name="sales_price", view="sales", feature="price")
COUNT = OnlineInput(name="sales_count", view="sales", feature="count")


@pytest.fixture
def store(platform: Platform) -> FeatureStore:
    store = features.store(platform, "shops")
    store.apply(definitions())
    return store


def test_offline_values_are_those_known_at_the_moment_asked_for(store: FeatureStore) -> None:
    store.write_offline("sales", rows(("b", 1, 7.0, 7), ("a", 0, 1.0, 1), ("a", 2, None, 3)))
    asked = pd.DataFrame(
        {
            "shop": ["a", "b", "a", "a", "a", "nowhere", "a"],
            "event_timestamp": [NOON + timedelta(hours=h) for h in (1, 0.5, 0, -0.1, 2, 5, 1)],
            "order": range(7),
        }
    )
    known = store.historical(asked, [PRICE, COUNT])
    assert list(known.columns) == ["shop", "event_timestamp", "order", "sales_price", "sales_count"]
    assert known["order"].tolist() == list(range(7))  # equal rows are kept, and their order
    assert known.sales_count.fillna(0).tolist() == [1, 0, 1, 0, 3, 0, 1]
    assert known.sales_price.fillna(0).tolist() == [1, 0, 1, 0, 0, 0, 1]


def test_values_older_than_the_views_ttl_are_not_joined(platform: Platform) -> None:
    store = features.store(platform, "shops")
    store.apply([SHOP, view("sales", ttl=timedelta(hours=1))])
    store.write_offline("sales", rows(("a", 0, 1.0, 1)))
    asked = pd.DataFrame({"shop": "a", "event_timestamp": [NOON + timedelta(hours=h) for h in (1, 1.01)]})
    assert store.historical(asked, [PRICE])["sales_price"].fillna(-1).tolist() == [1, -1]


def test_materialize_brings_the_last_values_of_a_period_online(store: FeatureStore, capsys) -> None:
    for name in ("sales", "stock"):
        store.write_offline(name, rows(("a", 0, 1.0, 1), ("a", 2, 3.0, 3), ("b", 1, None, 7), ("b", 9, 9.0, 9)))
    store.write_offline(
        "visits",
        pl.DataFrame({"shop": ["a"], "street": ["x"], "label": ["hot"], "event_timestamp": [NOON]}),
    )
    store.materialize(NOON, NOON + timedelta(hours=3))
    asked = [{"shop": "a"}, {"shop": "c"}, {"shop": "b"}, {"shop": "a"}]
    assert store.online([PRICE, COUNT], asked) == {
        "sales_price": [3.0, None, None, 3.0],
        "sales_count": [3, None, 7, 3],
    }
    label = OnlineInput(name="label", view="visits", feature="label")
    assert store.online([label], {"shop": ["a", "a"], "street": ["x", "y"]}) == {"label": ["hot", None]}
    assert capsys.readouterr().out == ""


def test_feast_itself_reads_the_same_online_values(store: FeatureStore) -> None:
    store.push("sales", rows(("a", 0, 1.5, 2), ("b", 0, None, 3)))
    answer = store.feast.get_online_features(["sales:price", "sales:count"], [{"shop": s} for s in "abc"]).to_dict()
    assert answer == {"shop": ["a", "b", "c"], "price": [1.5, None, None], "count": [2, 3, None]}


def test_views_and_projects_share_the_table_and_do_not_collide(store: FeatureStore, platform: Platform) -> None:
    other = features.store(platform, "other")
    other.apply(definitions())
    store.push("sales", rows(("a", 0, 1.0, 1)))
    store.push("stock", rows(("a", 0, 2.0, 2)))
    other.push("sales", rows(("a", 0, 3.0, 3)))
    stock = OnlineInput(name="stock_price", view="stock", feature="price")
    assert store.online([PRICE, stock], [{"shop": "a"}]) == {"sales_price": [1.0], "stock_price": [2.0]}
    assert other.online([PRICE, stock], [{"shop": "a"}]) == {"sales_price": [3.0], "stock_price": [None]}
    assert boto3.client("dynamodb").list_tables()["TableNames"] == [platform.features.online_table]


def test_keys_with_separators_in_them_stay_different(store: FeatureStore) -> None:
    keys = [("a&street=b", "c"), ("a", "b&street=c"), ("a/b", "c"), ("a%2Fb", "c"), ("ü", " ")]
    frame = pl.DataFrame(keys, schema=["shop", "street"], orient="row").with_columns(
        label=pl.Series([str(i) for i in range(5)]), event_timestamp=pl.lit(NOON)
    )
    store.push("visits", frame)
    label = OnlineInput(name="label", view="visits", feature="label")
    assert store.online([label], frame)["label"] == ["0", "1", "2", "3", "4"]


def test_an_older_value_never_replaces_a_newer_one(store: FeatureStore) -> None:
    price = lambda: store.online([PRICE], [{"shop": "a"}])["sales_price"]  # noqa: E731
    store.push("sales", rows(("a", 2, 2.0, 2), ("a", 1, 1.0, 1)))
    assert price() == [2.0]
    store.push("sales", rows(("a", 1.5, 1.5, 1)))
    assert price() == [2.0]
    store.push("sales", rows(*[(f"shop {i}", 1, 0.0, 0) for i in range(20)], ("a", 1.9, 1.9, 1)))  # by several writers
    assert price() == [2.0]
    store.push("sales", rows(("a", 2, 2.5, 2)))  # a correction for the same moment
    assert price() == [2.5]
    store.write_offline("sales", rows(("a", 1, 1.0, 1), ("b", 1, 5.0, 5)))
    store.materialize(NOON, NOON + timedelta(hours=3), ["sales"])
    assert store.online([PRICE], [{"shop": "a"}, {"shop": "b"}])["sales_price"] == [2.5, 5.0]


def test_a_zone_does_not_make_a_value_newer(store: FeatureStore, platform: Platform) -> None:
    tokyo = timezone(timedelta(hours=9))
    store.push("sales", rows(("a", 0, 1.0, 1)))
    store.push(
        "sales", rows(("a", -1, 0.0, 0)).with_columns(pl.col("event_timestamp").dt.convert_time_zone("Asia/Tokyo"))
    )
    assert store.online([PRICE], [{"shop": "a"}])["sales_price"] == [1.0]
    table = OnlineTable(platform.features.online_table, platform.region)
    table.write([("x", {}, NOON), ("x", {}, (NOON - timedelta(hours=1)).astimezone(tokyo))])
    assert table.read(["x"])["x"]["event_ts"] == {"S": "2013-03-10T12:00:00.000000+00:00"}


def test_many_keys_are_read_in_several_batches(store: FeatureStore) -> None:
    store.push("sales", rows(*[(str(i), 0, float(i), i) for i in range(230)]))
    asked = {"shop": [str(i) for i in reversed(range(240))]}
    known = store.online([COUNT], asked)["sales_count"]
    assert known == [None] * 10 + list(reversed(range(230)))


def test_deleting_views_forgets_their_items_and_nothing_else(store: FeatureStore, platform: Platform) -> None:
    store.push("sales", rows(*[(str(i), 0, 1.0, 1) for i in range(30)]))
    store.push("stock", rows(("a", 0, 2.0, 2)))
    store.feast.apply([], objects_to_delete=[store.feast.get_feature_view("sales")], partial=False)
    items = boto3.client("dynamodb").scan(TableName=platform.features.online_table)["Items"]
    assert [i["entity_id"]["S"] for i in items] == ["shops/stock/shop=a"]
    store.feast.teardown()
    table = boto3.client("dynamodb").describe_table(TableName=platform.features.online_table)["Table"]
    assert table["ItemCount"] == 0


def test_objects_are_encrypted_with_the_platform_key_and_carry_the_cost_tags(platform: Platform) -> None:
    tags = platform.tags.using(model="shops")
    store = features.store(platform, "shops", tags)
    store.apply(definitions())
    store.write_offline("sales", rows(("a", 0, 1.0, 1)))
    s3, bucket = boto3.client("s3"), platform.features.bucket
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket.name)["Contents"]]
    assert keys == ["feast/shops/registry.pb", "offline/shops/sales.parquet"]
    for key in keys:
        head = s3.head_object(Bucket=bucket.name, Key=key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", bucket.key_arn)
        tag_set = s3.get_object_tagging(Bucket=bucket.name, Key=key)["TagSet"]
        assert {t["Key"]: t["Value"] for t in tag_set} == tags.aws()


def test_the_digest_says_what_is_defined_and_not_where(store: FeatureStore) -> None:
    digest = features.digest(definitions())
    assert features.digest(list(reversed(definitions()))) == digest
    assert features.digest([SHOP, STREET, *store.feast.list_feature_views()]) == digest
    changed = [view("sales", price=Float64), view("sales", ttl=timedelta(hours=1)), view("sales", SHOP, STREET)]
    others = {features.digest([SHOP, STREET, v, view("stock"), definitions()[-1]]) for v in changed}
    assert len(others - {digest}) == 3


def test_what_cannot_be_written_says_why(store: FeatureStore) -> None:
    good = rows(("a", 0, 1.0, 1))
    for frame, why in [
        (good.drop("count"), "no column 'count'; it needs shop, price, count, event_timestamp"),
        (pl.concat([good, good]), "more than one row for the same shop, event_timestamp"),
        (good.with_columns(pl.col("event_timestamp").dt.replace_time_zone(None)), "must be a time with a zone"),
        (good.with_columns(price=pl.lit("dear")), "conversion from `str` to `f64` failed"),
        (good.with_columns(shop=pl.lit(None, pl.String)), "'shop' has missing values"),
    ]:
        with pytest.raises(InvalidInput, match="view 'sales'") as refused:
            store.write_offline("sales", frame)
        assert why in refused.value.message
    with pytest.raises(InvalidInput, match="no view 'sails'; views: "):
        store.push("sails", good)


def test_what_cannot_be_read_says_why(store: FeatureStore) -> None:
    with pytest.raises(InvalidInput, match="view 'sales' has no feature 'colour'; it has price, count"):
        store.online([OnlineInput(name="x", view="sales", feature="colour")], [{"shop": "a"}])
    with pytest.raises(InvalidInput, match="view 'visits' needs 'street'"):
        store.online([OnlineInput(name="x", view="visits", feature="label")], {"shop": ["a"]})
    asked = pd.DataFrame({"shop": ["a"], "event_timestamp": [NOON]})
    with pytest.raises(InvalidInput, match=r"sales\.parquet does not exist; write it"):
        store.historical(asked, [PRICE])


def test_definitions_that_cannot_be_carried_out_are_refused(platform: Platform) -> None:
    store = features.store(platform, "shops")
    for bad, why in [
        ([SHOP, view("sales", prices=Array(Float64))], "type Array"),
        ([SHOP, view("sales"), view("sales")], "'sales' is defined twice"),
        ([SHOP, SOURCE], "not FileSource"),
    ]:
        with pytest.raises(InvalidInput, match=why):
            store.apply(bad)
    with pytest.raises(InvalidInput, match="feature project 'my-shops'"):
        features.store(platform, "my-shops")


def test_a_table_that_is_not_there_is_unavailable(platform: Platform) -> None:
    gone = platform.model_copy(
        update={"features": platform.features.model_copy(update={"online_table": "groundway-gone"})}
    )
    store = features.store(gone, "shops")
    store.apply(definitions())
    with pytest.raises(Unavailable, match="cannot use the online table"):
        store.online([PRICE], [{"shop": "a"}])
    no_bucket = platform.features.bucket.model_copy(update={"name": "groundway-gone"})
    with pytest.raises(Unavailable, match="groundway-gone"):
        features.store(
            platform.model_copy(update={"features": platform.features.model_copy(update={"bucket": no_bucket})}),
            "shops",
        ).apply(definitions())
