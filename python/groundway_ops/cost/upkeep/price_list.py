"""AWS's Price List: what it asks for one usage type in one region, read through its API."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from groundway.errors import GroundwayError, InvalidInput, Unavailable
from groundway_ops.cost.price_book import FOLDER

ENDPOINTS = ("us-east-1", "eu-central-1", "ap-south-1")  # where the API is; each knows all regions
PREFIX = re.compile(r"^(?:[A-Z]{2,4}\d?|[a-z]{2}(?:-[a-z]+)+-\d)-")  # of a region, before a usage type
INSTANCE = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
DATABASE = {"databaseEngine": "PostgreSQL", "deploymentOption": "Single-AZ"}


class NoPrice(GroundwayError):
    """The price list does not say one price for what was asked."""


@dataclass(frozen=True)
class Query:
    """What to ask for. `times` turns AWS's unit into the price book's; `usage` is without the region's prefix."""

    service: str
    usage: str
    unit: str
    times: Decimal
    only: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """USD for the price book's unit, and where it was read."""

    usd: Decimal
    source: str


def queries(folder: Path = FOLDER) -> dict[str, Query]:
    """The queries of `queries.yaml`, by key."""
    said = yaml.safe_load((folder / "queries.yaml").read_text(encoding="utf-8"))
    return {key: _query(**query) for key, query in said.items()}


def _query(service: str, usage: str, unit: str, times: Any = 1, only: Mapping[str, str] | None = None) -> Query:
    return Query(service, usage, unit, Decimal(times), only or {})


def query_of(key: str, known: Mapping[str, Query]) -> Query | None:
    """How to ask for `key`; None if AWS's name for it is not known. Instances of EC2 and RDS go by their type."""
    if key.startswith("rds.db."):
        kind = key.removeprefix("rds.")
        return Query("AmazonRDS", f"InstanceUsage:{kind}", "Hrs", Decimal(1), {"instanceType": kind, **DATABASE})
    if key.startswith("instance.on_demand."):
        kind = key.removeprefix("instance.on_demand.")
        return Query("AmazonEC2", f"BoxUsage:{kind}", "Hrs", Decimal(1), {"instanceType": kind, **INSTANCE})
    return known.get(key)


class PriceList:
    """The API, at the first of its endpoints that answers."""

    def __init__(self) -> None:
        self._found: Any = None

    def price(self, query: Query, region: str) -> Answer:
        """Raises `NoPrice` if there is none, or more than one; `Unavailable` if AWS does not answer."""
        products = [p for p in self._products(query, region) if _usage(p) == query.usage]
        found = {_answer(product, query) for product in products}
        if len({answer.usd for answer in found}) != 1:
            said = ", ".join(sorted(f"{a.usd}" for a in found)) or "nothing"
            raise NoPrice(f"{query.service} {query.usage} in {region}: the price list says {said}")
        return max(found, key=lambda answer: answer.source)

    def _products(self, query: Query, region: str) -> Iterator[Mapping[str, Any]]:
        """Products that may be meant, page by page. Usage types begin differently in each region: they are told apart
        afterwards, where no attribute does."""
        wanted = {"regionCode": region, **query.only}
        filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
        if "instanceType" not in query.only:
            filters.append({"Type": "CONTAINS", "Field": "usagetype", "Value": query.usage})
        with reachable("pricing:GetProducts"):
            pages = self._client().get_paginator("get_products")
            for page in pages.paginate(ServiceCode=query.service, Filters=filters, FormatVersion="aws_v1"):
                yield from (_product(text, query) for text in page["PriceList"])

    def _client(self) -> Any:
        """Of the first endpoint that can be reached at all; what it says then is what AWS says."""
        import boto3
        from botocore.config import Config
        from botocore.exceptions import ConnectionError as NotConnected

        patient = Config(retries={"mode": "standard", "max_attempts": 8}, read_timeout=30)
        brief = Config(retries={"mode": "standard", "max_attempts": 2}, connect_timeout=5)
        for region in ENDPOINTS if self._found is None else ():
            try:
                boto3.client("pricing", region_name=region, config=brief).describe_services(ServiceCode="AmazonEC2")
            except NotConnected as e:
                if region == ENDPOINTS[-1]:
                    raise Unavailable(
                        f"none of AWS's {len(ENDPOINTS)} endpoints for prices can be reached: {e}"
                    ) from None
            else:
                self._found = boto3.client("pricing", region_name=region, config=patient)
                break
        return self._found


@contextmanager
def reachable(permission: str) -> Iterator[None]:
    """Say in plain words why AWS does not answer."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as e:
        error = e.response.get("Error", {})
        if error.get("Code") in ("AccessDeniedException", "UnauthorizedOperation"):
            raise Unavailable(f"AWS denies {permission} to these credentials: allow it, or use others") from None
        raise Unavailable(f"AWS does not tell prices now: {error.get('Code')}: {error.get('Message')}") from None
    except BotoCoreError as e:
        raise Unavailable(f"AWS cannot be asked for prices: {e}; set credentials (AWS_PROFILE) and try again") from None


def _product(text: str, query: Query) -> Mapping[str, Any]:
    try:
        product: Mapping[str, Any] = json.loads(text)
        named = product["product"]["attributes"]["usagetype"], product["publicationDate"], product["version"]
        return product if all(named) else {}
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(f"{query.service}: this is no product of the price list: {text[:200]}") from None


def _usage(product: Mapping[str, Any]) -> str:
    return PREFIX.sub("", product["product"]["attributes"]["usagetype"]) if product else ""


def _answer(product: Mapping[str, Any], query: Query) -> Answer:
    """The price on demand: of tiers, the first that is not free."""
    terms = product.get("terms", {}).get("OnDemand", {}).values()
    tiers = [tier for term in terms for tier in term["priceDimensions"].values()]
    billed = [t for t in tiers if Decimal(t["pricePerUnit"].get("USD", 0)) > 0]
    if not billed:
        raise NoPrice(f"{query.service} {query.usage}: the price list has no price in USD on demand")
    first = min(billed, key=lambda tier: Decimal(tier["beginRange"]))
    if first["unit"].lower() != query.unit.lower():
        raise NoPrice(f"{query.service} {query.usage}: is sold by {first['unit']}, and not by {query.unit}")
    published = f"{product['publicationDate']}/{product['version']}"
    return Answer(Decimal(first["pricePerUnit"]["USD"]) * query.times, f"AWS Price List API {published}")
