"""How all images of the account are scanned. There is one such setting in an account and region."""

from infra.cdk import Construct, aws


class ImageScanning(Construct):
    """`enhanced`: Amazon Inspector, again and again as flaws become known, billed by image; else once, on push."""

    def __init__(self, scope: Construct, id: str, enhanced: bool = False) -> None:
        super().__init__(scope, id)
        scanning = aws.ecr_registry_scanning_configuration
        every = scanning.EcrRegistryScanningConfigurationRuleRepositoryFilter(filter="*", filter_type="WILDCARD")
        scanning.EcrRegistryScanningConfiguration(
            self,
            "scanning",
            scan_type="ENHANCED" if enhanced else "BASIC",
            rule=[
                scanning.EcrRegistryScanningConfigurationRule(
                    scan_frequency="CONTINUOUS_SCAN" if enhanced else "SCAN_ON_PUSH", repository_filter=[every]
                )
            ],
        )
