"""A server that speaks as AWS's Price List and EC2's spot history do, in the shapes that AWS documents."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

PAGE = 2  # products on a page, so that whoever reads only the first sees too little


def product(
    service: str, usage: str, unit: str, *tiers: tuple[str, str], region: str = "us-east-1", **attributes: str
) -> dict[str, Any]:
    """As `get_products` gives it, in JSON. `tiers`: where each begins, and USD for a unit."""
    sku = f"{service}{usage}".upper().replace("-", "")[:16]
    term = f"{sku}.JRTCKXETXF"
    dimensions = {
        f"{term}.{i}": {
            "unit": unit,
            "beginRange": begin,
            "endRange": tiers[i + 1][0] if i + 1 < len(tiers) else "Inf",
            "description": f"${usd} per {unit}",
            "appliesTo": [],
            "rateCode": f"{term}.{i}",
            "pricePerUnit": {"USD": usd},
        }
        for i, (begin, usd) in enumerate(tiers)
    }
    return {
        "product": {
            "productFamily": attributes.pop("productFamily", "Storage"),
            "attributes": {
                "servicecode": service,
                "usagetype": usage,
                "regionCode": region,
                "locationType": "AWS Region",
                "operation": "",
                **attributes,
            },
            "sku": sku,
        },
        "serviceCode": service,
        "terms": {
            "OnDemand": {
                term: {
                    "priceDimensions": dimensions,
                    "sku": sku,
                    "effectiveDate": "2026-11-01T00:00:00Z",
                    "offerTermCode": "JRTCKXETXF",
                    "termAttributes": {},
                }
            }
        },
        "version": "20261118005701",
        "publicationDate": "2026-11-18T00:57:01Z",
    }


@dataclass
class Aws:
    """What the server knows, what it was asked, and the errors that it answers first."""

    url: str = ""
    products: list[dict[str, Any]] = field(default_factory=list)
    spot: list[tuple[str, str, str]] = field(default_factory=list)  # type, zone, USD
    asked: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Aws]:
    aws = Aws()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"aws": aws}))
    aws.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    aws: Aws

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        target = self.headers.get("X-Amz-Target", "")
        if not target:
            self._spot(parse_qs(body))
        elif target == "AWSPriceListService.DescribeServices":
            self._say(200, {"FormatVersion": "aws_v1", "Services": [{"ServiceCode": "AmazonEC2"}]})
        else:
            assert target == "AWSPriceListService.GetProducts", target
            self._products(json.loads(body))

    def _products(self, asked: dict[str, Any]) -> None:
        self.aws.asked.append(asked)
        if self.aws.errors:
            status, code = self.aws.errors.pop(0)
            self._say(status, {"__type": code, "message": f"{code} of the test"})
            return
        found = [json.dumps(p) for p in self.aws.products if _fits(p, asked)]
        start = int(asked.get("NextToken", "0"))
        said: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": found[start : start + PAGE]}
        if start + PAGE < len(found):
            said["NextToken"] = str(start + PAGE)
        self._say(200, said)

    def _spot(self, asked: dict[str, list[str]]) -> None:
        assert asked["Action"] == ["DescribeSpotPriceHistory"]
        assert asked["ProductDescription.1"] == ["Linux/UNIX"]
        wanted = {value for key, [value] in asked.items() if key.startswith("InstanceType.")}
        items = "".join(
            f"<item><instanceType>{kind}</instanceType><productDescription>Linux/UNIX</productDescription>"
            f"<spotPrice>{usd}</spotPrice><timestamp>2026-11-20T00:00:00.000Z</timestamp>"
            f"<availabilityZone>{zone}</availabilityZone></item>"
            for kind, zone, usd in self.aws.spot
            if kind in wanted
        )
        text = (
            '<DescribeSpotPriceHistoryResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<requestId>r</requestId><spotPriceHistorySet>{items}</spotPriceHistorySet><nextToken/>"
            "</DescribeSpotPriceHistoryResponse>"
        )
        self._send(200, "text/xml", text)

    def _say(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, "application/x-amz-json-1.1", json.dumps(content))

    def _send(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


def _fits(product: dict[str, Any], asked: dict[str, Any]) -> bool:
    if product["serviceCode"] != asked["ServiceCode"]:
        return False
    attributes = product["product"]["attributes"] | {"productFamily": product["product"]["productFamily"]}
    match = {
        "TERM_MATCH": lambda value, wanted: value == wanted,
        "CONTAINS": lambda value, wanted: wanted in (value or ""),
    }
    return all(match[f["Type"]](attributes.get(f["Field"]), f["Value"]) for f in asked["Filters"])
