"""The profile that images are signed with (Notation, by AWS Signer, which keeps the key)."""

from dataclasses import dataclass

from infra import iam
from infra.cdk import Construct, aws
from infra.site import Site

PLATFORM = "Notation-OCI-SHA384-ECDSA"


@dataclass(frozen=True, kw_only=True)
class ImageSigningProps:
    """`months`: how long a signature counts."""

    site: Site
    months: int = 24


class ImageSigning(Construct):
    """The name ends in something new each time: Signer never gives a name of a canceled profile away again."""

    def __init__(self, scope: Construct, id: str, props: ImageSigningProps) -> None:
        super().__init__(scope, id)
        signer = aws.signer_signing_profile
        self.profile = signer.SignerSigningProfile(
            self,
            "profile",
            name_prefix=f"{props.site.prefix.replace('-', '_')}_",
            platform_id=PLATFORM,
            signature_validity_period=signer.SignerSigningProfileSignatureValidityPeriod(
                type="MONTHS", value=props.months
            ),
        )
        self.arn: str = self.profile.arn

    def allow(self) -> iam.Statement:
        """What the role that signs images needs."""
        return iam.allow("SignImages", ["signer:GetSigningProfile", "signer:SignPayload"], [self.arn])
