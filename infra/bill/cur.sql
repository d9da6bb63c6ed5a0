-- Of CUR 2.0 what reports use: lines, resources, tags, reservations, and pods (split_*).
SELECT
  bill_bill_type, bill_billing_entity, bill_billing_period_end_date, bill_billing_period_start_date, bill_invoice_id,
  bill_payer_account_id, capacity_reservation_capacity_reservation_arn,
  capacity_reservation_capacity_reservation_status, capacity_reservation_capacity_reservation_type, cost_category,
  discount, discount_bundled_discount, discount_total_discount, identity_line_item_id, identity_time_interval,
  line_item_availability_zone, line_item_currency_code, line_item_line_item_description, line_item_line_item_type,
  line_item_operation, line_item_product_code, line_item_resource_id, line_item_unblended_cost,
  line_item_unblended_rate, line_item_usage_account_id, line_item_usage_account_name, line_item_usage_amount,
  line_item_usage_end_date, line_item_usage_start_date, line_item_usage_type, pricing_currency,
  pricing_public_on_demand_cost, pricing_public_on_demand_rate, pricing_purchase_option, pricing_term, pricing_unit,
  product, product_instance_family, product_instance_type, product_location, product_product_family,
  product_region_code, product_servicecode, product_sku, reservation_effective_cost, reservation_reservation_a_r_n,
  resource_tags, savings_plan_savings_plan_a_r_n, savings_plan_savings_plan_effective_cost,
  split_line_item_actual_usage, split_line_item_net_split_cost, split_line_item_net_unused_cost,
  split_line_item_parent_resource_id, split_line_item_public_on_demand_split_cost,
  split_line_item_public_on_demand_unused_cost, split_line_item_reserved_usage, split_line_item_split_cost,
  split_line_item_split_usage, split_line_item_split_usage_ratio, split_line_item_unused_cost
FROM COST_AND_USAGE_REPORT
