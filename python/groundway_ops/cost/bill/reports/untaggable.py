"""Charges that AWS takes no tags for: why, and the SQL that tells them. The first that holds counts."""

UNTAGGABLE: tuple[tuple[str, str], ...] = (
    ("tax", "category = 'Tax'"),
    ("support", "service ILIKE 'AWS Support%' OR regexp_matches(service_code, '^AWSSupport|PremiumSupport$')"),
    ("a credit or refund of the account", "category IN ('Credit', 'Adjustment') AND resource IS NULL"),
    ("a commitment of the account", "category = 'Purchase' AND resource IS NULL"),
    (
        "data transfer that belongs to no resource",
        r"resource IS NULL AND regexp_matches(usage_type, 'DataTransfer|-(In|Out)-A?Bytes|CloudFront-(In|Out)-Bytes')",
    ),
    ("requests of people who look at the bill", "service_code = 'AWSCostExplorer' AND resource IS NULL"),
)

# A SageMaker job of one run: it has a model and a run of its own.
TRAINING = (
    "coalesce(regexp_matches(resource, ':(training-job|hyper-parameter-tuning-job)/') "
    "OR (service_code = 'AmazonSageMaker' AND regexp_matches(usage_type, 'Train:|Training')), false)"
)


def reason() -> str:
    """SQL for why a charge cannot be tagged; NULL if it can."""
    return "CASE " + " ".join(f"WHEN {condition} THEN '{why}'" for why, condition in UNTAGGABLE) + " END"
