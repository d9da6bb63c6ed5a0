"""What the mart knows of a charge: its columns, whichever export it was read from. Amounts are exact decimals."""

from groundway.tags import KEYS

AMOUNT = "DECIMAL(18, 10)"  # 64 bits; AWS bills with up to ten decimals, a line below 100 million

TAGS = tuple(key.replace("-", "_") for key in KEYS)  # team, project, model, environment, cost_center, owner, run

COLUMNS: dict[str, str] = {
    "billing_account": "VARCHAR",  # who pays
    "period": "DATE",  # first day of the billing period
    "currency": "VARCHAR",
    "account": "VARCHAR",  # who used it
    "day": "DATE",  # of `start`, UTC
    "start": "TIMESTAMP",  # UTC
    "until": "TIMESTAMP",  # UTC, exclusive
    "category": "VARCHAR",  # Usage, Purchase, Tax, Credit or Adjustment, as FOCUS says it
    "correction": "BOOLEAN",  # of an earlier period
    "pricing": "VARCHAR",  # Standard (on demand), Dynamic (spot), Committed, Other; NULL where nothing is priced
    "service": "VARCHAR",  # Amazon Elastic Compute Cloud
    "service_code": "VARCHAR",  # AmazonEC2
    "usage_type": "VARCHAR",  # EUW1-BoxUsage:g5.2xlarge; FOCUS's SkuMeter where no export tells it
    "operation": "VARCHAR",  # RunInstances
    "description": "VARCHAR",
    "region": "VARCHAR",
    "resource": "VARCHAR",  # ARN or id
    "quantity": "DOUBLE",  # consumed, in `unit`
    "unit": "VARCHAR",
    "billed": AMOUNT,  # as invoiced
    "effective": AMOUNT,  # commitments spread over what used them
    "list": AMOUNT,  # at list prices
    **dict.fromkeys(TAGS, "VARCHAR"),
    "other_tags": "VARCHAR",  # JSON object of the other tags, keys sorted; NULL if there are none
}

MEANINGS = {
    "effective": "what was used, with commitments spread over what used them",
    "billed": "as invoiced, commitments when they are paid",
    "list": "what was used at list prices, before any discount",
}
METRICS = tuple(MEANINGS)
