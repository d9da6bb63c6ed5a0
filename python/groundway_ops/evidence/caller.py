"""Who acts: the identity that AWS knows, not one that somebody claims."""

from groundway.environment import Environment
from groundway.errors import Unavailable
from groundway.platform import client


def caller(environment: Environment) -> str:
    """The ARN of whose credentials these are, the name of a role's session with it. Raises `Unavailable`."""
    return identity(environment.region)


def identity(region: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return str(client("sts", region).get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError) as e:
        raise Unavailable(
            f"AWS does not tell whose credentials these are: {e}. For the local cloud: groundway local up, then "
            'eval "$(groundway local env ENV)"; for AWS: set credentials and AWS_DEFAULT_REGION.'
        ) from None
