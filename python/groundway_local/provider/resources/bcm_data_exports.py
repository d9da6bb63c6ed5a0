"""Data Exports: the bill, written to a bucket."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec, Tagging

_ARN = {"ResourceArn": "{arn}"}

SPECS = {
    "aws_bcmdataexports_export": Spec(
        "bcm-data-exports",
        "Export",
        Op("create_export"),
        id="{ExportArn}",
        read=(Op("get_export", {"ExportArn": "{id}"}),),
        update=(Op("update_export", {"ExportArn": "{id}"}, attrs=("export",), whole=True),),
        delete=Op("delete_export", {"ExportArn": "{id}"}),
        computed={"arn": "{id}"},
        tagging=Tagging(
            Op("list_tags_for_resource", _ARN, "ResourceTags"),
            Op("tag_resource", _ARN),
            Op("untag_resource", _ARN),
            "ResourceTagKeys",
        ),
        support="recorded",
    ),
}
