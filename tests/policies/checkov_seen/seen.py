"""A check that every resource passes: Checkov names only what a check looked at, and we must know that it saw all."""

from checkov.common.models.enums import CheckCategories, CheckResult  # Checkov runs this, in its own environment
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Seen(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__("Seen", "GROUNDWAY_SEEN", [CheckCategories.CONVENTION], ["*"])

    def scan_resource_conf(self, conf: object) -> CheckResult:
        return CheckResult.PASSED


Seen()
