"""What people need who promote a release or roll one back: its record, its models, its journal, and its evidence."""

from infra import iam
from infra.site import Site

OBJECTS = ("s3:GetObject", "s3:PutObject")


def releasing(site: Site, state_bucket: str) -> list[iam.Statement]:
    """They read and write where releases lie, in buckets that hold more, and sign what they did with evidence's key."""
    models, evidence = (site.bucket_arn(f"{site.prefix}-{site.account}-{what}") for what in ("models", "evidence"))
    states = site.bucket_arn(state_bucket)
    kept = [f"{models}/releases/*", f"{evidence}/evidence/*", f"{evidence}/sbom/*"]
    journal = f"{states}/{site.environment}/release.journal.json"
    return [
        iam.allow("ReadRecords", ["ssm:GetParameter"], [site.arn("ssm", f"parameter/groundway/{site.environment}/*")]),
        iam.allow(
            "RecordReleases",
            ["ssm:AddTagsToResource", "ssm:PutParameter"],
            [site.arn("ssm", f"parameter/groundway/{site.environment}/release")],
        ),
        iam.allow("ReleasesAndEvidence", OBJECTS, kept),
        iam.allow("TagReleases", ["s3:PutObjectTagging"], [f"{models}/releases/*"]),
        iam.allow("FindReleases", ["s3:ListBucket"], [models], {"StringLike": {"s3:prefix": "releases/*"}}),
        iam.allow(
            "FindEvidence",
            ["s3:ListBucket", "s3:ListBucketVersions"],
            [evidence],
            {"StringLike": {"s3:prefix": "evidence/*"}},
        ),
        iam.allow("HowLongEvidenceShallBeKept", ["s3:GetBucketObjectLockConfiguration"], [evidence]),
        iam.allow("HowLongEvidenceIsKept", ["s3:GetObjectRetention"], [f"{evidence}/evidence/*"]),
        iam.allow("Journal", [*OBJECTS, "s3:DeleteObject"], [journal]),
        # What lies in those buckets beside it, no statement lets them read.
        iam.allow(
            "KeysOfReleases",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [site.arn("kms", "key/*")],
            {
                "StringEquals": {
                    "kms:ViaService": f"s3.{site.region}.amazonaws.com",
                    "aws:ResourceTag/environment": [site.environment, "shared"],  # the key of states may be shared
                }
            },
        ),
        iam.allow(
            "SignEvidence",
            ["secretsmanager:GetSecretValue"],
            [site.arn("secretsmanager", f"secret:groundway/{site.environment}/signing/evidence-??????")],
        ),
        # The account that releases come from decides who may take it: infra/promotion.py.
        iam.allow(
            "FetchModels",
            ["sts:AssumeRole"],
            [f"arn:{site.partition}:iam::*:role/{site.project}-*-promotion-reader"],
        ),
    ]
