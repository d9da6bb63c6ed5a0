"""Data Exports (CUR 2.0, FOCUS): exports, of which no file is ever written."""

from groundway_local.emulator.recorded.table import Record, Service, Update

SERVICE = Service(
    "bcm-data-exports",
    moto=False,
    in_regions=False,
    records=(
        Record(
            noun="export",
            key="{ExportArn}",
            create="CreateExport",
            reads=("GetExport",),
            listings=("ListExports",),
            updates=(Update("UpdateExport", whole=True),),
            delete="DeleteExport",
            inside="Export",
            wraps=("Export",),
            lists="Exports",
            aliases={"ExportName": "Name"},
            computed={"ExportStatus": {"StatusCode": "HEALTHY", "CreatedAt": "{now}", "LastUpdatedAt": "{now}"}},
            updated={"ExportStatus": {"LastUpdatedAt": "{now}"}},
            arn="arn:aws:bcm-data-exports:us-east-1:{account}:export/{Name}-{uuid}",
            arn_member="ExportArn",
            unique=("Name",),
            conflict="ValidationException",
        ),
    ),
)
