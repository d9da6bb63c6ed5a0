"""The container images of a release: those that were built from its commit, by digest."""

from groundway.errors import Unavailable
from groundway.platform import Platform, client


def built(platform: Platform, revision: str) -> dict[str, str]:
    """Purpose -> digest, for the repositories that hold an image tagged with the commit; the others are left out."""
    from botocore.exceptions import BotoCoreError, ClientError

    found = {}
    for purpose, url in (("training", platform.images.training), ("serving", platform.images.serving)):
        repository = url.partition("/")[2]
        try:
            details = client("ecr", platform.region).describe_images(
                repositoryName=repository, imageIds=[{"imageTag": revision}]
            )["imageDetails"]
        except ClientError as e:
            if e.response["Error"]["Code"] in ("ImageNotFoundException", "RepositoryNotFoundException"):
                continue
            raise Unavailable(f"ECR refused to show the images of {repository}: {e}") from None
        except BotoCoreError as e:
            raise Unavailable(f"ECR cannot be reached: {e}") from None
        found[purpose] = str(details[0]["imageDigest"])
    return found
