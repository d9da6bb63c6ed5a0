"""FOCUS, with AWS's columns: the bill as the FinOps Foundation specifies it, 1.0 to 1.2."""

from collections.abc import Collection

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.exports.columns import Format, Kind, Schema

NEEDED: dict[str, Kind] = {
    "BilledCost": "amount",
    "BillingAccountId": "text",
    "BillingCurrency": "text",
    "BillingPeriodStart": "time",
    "ChargeCategory": "text",
    "ChargePeriodEnd": "time",
    "ChargePeriodStart": "time",
    "EffectiveCost": "amount",
    "ListCost": "amount",
    "RegionId": "text",
    "ResourceId": "text",
    "ServiceName": "text",
    "SubAccountId": "text",
    "Tags": "map",
}
OPTIONAL: dict[str, Kind] = {
    "ChargeClass": "text",
    "ChargeDescription": "text",
    "ConsumedQuantity": "number",
    "ConsumedUnit": "text",
    "PricingCategory": "text",
    "x_Operation": "text",
    "x_ServiceCode": "text",
}
USAGE_TYPE: dict[str, Kind] = {
    "x_UsageType": "text",
    "SkuMeter": "text",
}  # AWS dropped the first in 1.2, FOCUS had the second since 1.1
FAMILIES = (
    *("AvailabilityZone", "Billing", "CapacityReservation", "Charge", "CommitmentDiscount", "Consumed", "Contracted"),
    *(
        "Effective",
        "Invoice",
        "List",
        "Pricing",
        "ProviderName",
        "PublisherName",
        "Region",
        "Resource",
        "Service",
        "Sku",
    ),
    *("SubAccount", "x_CostCategories", "x_Discounts"),
)

CHARGES = {
    "billing_account": "BillingAccountId",
    "period": "CAST(date_trunc('month', BillingPeriodStart) AS DATE)",
    "currency": "BillingCurrency",
    "account": "SubAccountId",
    "day": "CAST(ChargePeriodStart AS DATE)",
    "start": "ChargePeriodStart",
    "until": "ChargePeriodEnd",
    "category": "ChargeCategory",
    "correction": "coalesce(ChargeClass = 'Correction', false)",
    "pricing": "PricingCategory",
    "service": "ServiceName",
    "service_code": "x_ServiceCode",
    "usage_type": "coalesce(x_UsageType, SkuMeter)",
    "operation": "x_Operation",
    "description": "ChargeDescription",
    "region": "RegionId",
    "resource": "ResourceId",
    "quantity": "ConsumedQuantity",
    "unit": "ConsumedUnit",
}
AMOUNTS = {"billed": '"BilledCost@"', "effective": '"EffectiveCost@"', "list": '"ListCost@"'}
NEWER = ("AllocatedMethodId", "ContractApplied", "HostProviderName", "ServiceProviderName")  # since 1.3
OLDER = ("ChargeSubcategory", "ChargeType")  # 0.5 and AWS's preview of 1.0


def read(columns: Collection[str]) -> Format | None:
    """How to read these columns, if they are FOCUS's. Raises `InvalidInput` for a version that is not known."""
    if "BilledCost" not in columns:
        return None
    for markers, called in ((NEWER, "newer than FOCUS 1.2"), (OLDER, "older than FOCUS 1.0")):
        if found := [name for name in markers if name in columns]:
            raise InvalidInput(f"an export {called} (it has {found[0]}): make one of the table FOCUS_1_2_AWS")
    told = any(name in columns for name in USAGE_TYPE)
    version = "1.2" if {"BillingAccountType", "InvoiceId"} & set(columns) else "1.1" if "SkuMeter" in columns else "1.0"
    optional, spare = (OPTIONAL, USAGE_TYPE) if told else ({**OPTIONAL, **USAGE_TYPE}, {})
    return Format(Schema(f"FOCUS {version}", NEEDED, optional, spare, FAMILIES), CHARGES, AMOUNTS, "Tags", "false")
