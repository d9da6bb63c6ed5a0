"""What every stack has: the provider with the cost tags, and its own state in the environment's bucket."""

from groundway.environment import Environment
from infra.cdk import Construct, S3Backend, TerraformStack, aws
from infra.site import Site
from stacks.cloud import Cloud


class EnvironmentStack(TerraformStack):
    """A stack named `<environment>-<part>`, guarded against the wrong account, locked while it is applied."""

    def __init__(self, scope: Construct, part: str, environment: Environment, cloud: Cloud) -> None:
        super().__init__(scope, f"{environment.name}-{part}")
        self.environment = environment
        self.site = Site.of(environment)
        aws.provider.AwsProvider(
            self,
            "aws",
            region=environment.region,
            allowed_account_ids=[environment.account],
            default_tags=[aws.provider.AwsProviderDefaultTags(tags=environment.cost_tags.aws())],
        )
        self.add_override("terraform.required_providers.aws.source", cloud.provider_source)
        # Without `encrypt`, which would ask S3 for its own key: the bucket encrypts with that of `groundway bootstrap`.
        S3Backend(
            self,
            bucket=environment.state_bucket,
            key=f"{environment.name}/{part}.tfstate",
            region=environment.region,
        )
        # The default engine's S3Backend does not know the lock file; Terraform does since 1.10.
        self.add_override("terraform.backend.s3.use_lockfile", True)
