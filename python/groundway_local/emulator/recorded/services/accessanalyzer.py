"""IAM Access Analyzer: analyzers, which find nothing."""

from groundway_local.emulator.recorded.table import Record, Service, Update

SERVICE = Service(
    "accessanalyzer",
    signing="access-analyzer",
    moto=False,
    records=(
        Record(
            noun="analyzer",
            key="{name}",
            create="CreateAnalyzer",
            reads=("GetAnalyzer",),
            listings=("ListAnalyzers",),
            updates=(Update("UpdateAnalyzer"),),
            delete="DeleteAnalyzer",
            wraps=("analyzer",),
            lists="analyzers",
            names={"analyzerName": "name"},
            computed={"createdAt": "{now}", "status": "ACTIVE"},
            arn="arn:aws:access-analyzer:{region}:{account}:analyzer/{name}",
        ),
        Record(
            noun="archive rule",
            key="{analyzerName}/{ruleName}",
            create="CreateArchiveRule",
            reads=("GetArchiveRule",),
            listings=("ListArchiveRules",),
            updates=(Update("UpdateArchiveRule"),),
            delete="DeleteArchiveRule",
            wraps=("archiveRule",),
            lists="archiveRules",
            computed={"createdAt": "{now}", "updatedAt": "{now}"},
            updated={"updatedAt": "{now}"},
        ),
    ),
)
