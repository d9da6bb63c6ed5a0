"""What looks for trouble in the account by itself: GuardDuty, and Access Analyzer for what is open to others."""

from infra.cdk import Construct, aws

ON = "ENABLED"
# Feature to what it does besides. GuardDuty puts its agent on the nodes as an add-on of the cluster.
FEATURES: dict[str, tuple[str, ...]] = {
    "S3_DATA_EVENTS": (),
    "EKS_AUDIT_LOGS": (),
    "EBS_MALWARE_PROTECTION": (),
    "RDS_LOGIN_EVENTS": (),
    "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
}


class ThreatDetection(Construct):
    """Once in an account and region. Unused access is not analyzed: that is billed for every role and month."""

    def __init__(self, scope: Construct, id: str, prefix: str) -> None:
        super().__init__(scope, id)
        detector = aws.guardduty_detector.GuarddutyDetector(
            self,
            "detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            tags={"Name": prefix},
        )
        for name, additions in FEATURES.items():
            self._look_into(detector.id, name, additions)
        aws.accessanalyzer_analyzer.AccessanalyzerAnalyzer(
            self, "analyzer", analyzer_name=f"{prefix}-external-access", type="ACCOUNT"
        )

    def _look_into(self, detector_id: str, name: str, additions: tuple[str, ...]) -> None:
        feature = aws.guardduty_detector_feature
        feature.GuarddutyDetectorFeature(
            self,
            name.lower().replace("_", "-"),
            detector_id=detector_id,
            name=name,
            status=ON,
            additional_configuration=[
                feature.GuarddutyDetectorFeatureAdditionalConfiguration(name=a, status=ON) for a in additions
            ],
        )
