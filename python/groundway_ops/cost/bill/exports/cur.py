"""CUR 2.0, the Cost and Usage Report of AWS Data Exports, as FOCUS would say it.

FOCUS shows usage that a commitment covers at a billed cost of zero. CUR bills it at the price on demand and takes that
back in a line of its own (SavingsPlanNegation): a Usage, too, so that both add up to nothing billed.
"""

from collections.abc import Collection

from groundway.errors import InvalidInput
from groundway_ops.cost.bill.exports.columns import Format, Kind, Schema

NEEDED: dict[str, Kind] = {
    "bill_billing_period_start_date": "time",
    "bill_payer_account_id": "text",
    "line_item_currency_code": "text",
    "line_item_line_item_type": "text",
    "line_item_product_code": "text",
    "line_item_resource_id": "text",
    "line_item_unblended_cost": "amount",
    "line_item_usage_account_id": "text",
    "line_item_usage_amount": "number",
    "line_item_usage_end_date": "time",
    "line_item_usage_start_date": "time",
    "line_item_usage_type": "text",
    "pricing_public_on_demand_cost": "amount",
    "product_region_code": "text",
    "reservation_effective_cost": "amount",
    "resource_tags": "map",
    "savings_plan_savings_plan_effective_cost": "amount",
}
OPTIONAL: dict[str, Kind] = {
    "bill_bill_type": "text",
    "line_item_line_item_description": "text",
    "line_item_operation": "text",
    "pricing_purchase_option": "text",
    "pricing_term": "text",
    "pricing_unit": "text",
    "product": "map",
    "reservation_reservation_a_r_n": "text",
    "reservation_unused_amortized_upfront_fee_for_billing_period": "amount",
    "reservation_unused_recurring_fee": "amount",
    "savings_plan_total_commitment_to_date": "amount",
    "savings_plan_used_commitment": "amount",
}
SPARE: dict[str, Kind] = {"split_line_item_parent_resource_id": "text"}  # only if pods are split
FAMILIES = (
    *("bill_", "capacity_reservation_", "cost_category", "discount", "identity_", "line_item_", "pricing_", "product"),
    *("reservation_", "resource_tags", "savings_plan_", "split_line_item_", "iam_principal", "tags"),
)

KIND = "line_item_line_item_type"
CATEGORY = f"""CASE
  WHEN {KIND} IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'SavingsPlanNegation') THEN 'Usage'
  WHEN {KIND} IN ('Fee', 'RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'FlatRateSubscription')
    THEN 'Purchase'
  WHEN {KIND} IN ('Tax', 'Credit') THEN {KIND}
  WHEN {KIND} IS NOT NULL THEN 'Adjustment' END"""
USED = f"({CATEGORY}) = 'Usage' AND {KIND} <> 'SavingsPlanNegation'"
SPOT = "'Spot' IN (pricing_term, pricing_purchase_option) OR line_item_usage_type LIKE '%SpotUsage%'"

CHARGES = {
    "billing_account": "bill_payer_account_id",
    "period": "CAST(date_trunc('month', bill_billing_period_start_date) AS DATE)",
    "currency": "line_item_currency_code",
    "account": "line_item_usage_account_id",
    "day": "CAST(line_item_usage_start_date AS DATE)",
    "start": "line_item_usage_start_date",
    "until": "line_item_usage_end_date",
    "category": CATEGORY,
    "correction": f"coalesce({KIND} = 'Refund' OR bill_bill_type = 'Refund', false)",
    "pricing": f"""CASE
  WHEN {KIND} IN ('DiscountedUsage', 'SavingsPlanCoveredUsage', 'SavingsPlanNegation') THEN 'Committed'
  WHEN ({CATEGORY}) NOT IN ('Usage', 'Purchase') THEN NULL
  WHEN {SPOT} THEN 'Dynamic' ELSE 'Standard' END""",
    "service": "coalesce(product['product_name'], product['servicename'], line_item_product_code)",
    "service_code": "line_item_product_code",
    "usage_type": "line_item_usage_type",
    "operation": "line_item_operation",
    "description": "line_item_line_item_description",
    "region": "product_region_code",
    "resource": "line_item_resource_id",
    "quantity": f"CASE WHEN {USED} THEN line_item_usage_amount END",
    "unit": f"CASE WHEN {USED} THEN pricing_unit END",
}
AMOUNTS = {
    "billed": '"line_item_unblended_cost@"',
    # What commitments cost is spread over what used them; the fee itself keeps what nobody used.
    "effective": f"""CASE {KIND}
  WHEN 'DiscountedUsage' THEN "reservation_effective_cost@"
  WHEN 'SavingsPlanCoveredUsage' THEN "savings_plan_savings_plan_effective_cost@"
  WHEN 'RIFee' THEN coalesce("reservation_unused_amortized_upfront_fee_for_billing_period@", 0)
    + coalesce("reservation_unused_recurring_fee@", 0)
  WHEN 'SavingsPlanRecurringFee' THEN coalesce("savings_plan_total_commitment_to_date@", 0)
    - coalesce("savings_plan_used_commitment@", 0)
  WHEN 'SavingsPlanNegation' THEN 0
  WHEN 'SavingsPlanUpfrontFee' THEN 0
  WHEN 'Fee' THEN CASE WHEN reservation_reservation_a_r_n IS NULL THEN "line_item_unblended_cost@" ELSE 0 END
  ELSE "line_item_unblended_cost@" END""",
    # Negations and discounts are no prices. What AWS lists no price for counts as it was billed.
    "list": f"""CASE WHEN {KIND} = 'SavingsPlanNegation' OR {KIND} LIKE '%Discount' THEN 0
  WHEN pricing_public_on_demand_cost IS NULL THEN "line_item_unblended_cost@"
  ELSE "pricing_public_on_demand_cost@" END""",
}
LEFT_OUT = "split_line_item_parent_resource_id IS NOT NULL"  # a pod's share of a node that has its own line


def read(columns: Collection[str]) -> Format | None:
    """How to read these columns, if they are CUR 2.0's. Raises `InvalidInput` for the report before it."""
    if any(name.startswith(("lineItem/", "resource_tags_", "bill/")) for name in columns):
        raise InvalidInput(
            "a Cost and Usage Report of before 2.0: make a data export of the table COST_AND_USAGE_REPORT"
        )
    if "line_item_unblended_cost" not in columns:
        return None
    return Format(Schema("CUR 2.0", NEEDED, OPTIONAL, SPARE, FAMILIES), CHARGES, AMOUNTS, "resource_tags", LEFT_OUT)
