"""The data catalog."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec, Tagging

_ARN = {"ResourceArn": "{arn}"}

SPECS = {
    "aws_glue_catalog_database": Spec(
        "glue",
        "",
        Op("create_database", into="DatabaseInput"),
        id="{account}:{name}",
        read=(Op("get_database", {"Name": "{name}"}, "Database"),),
        update=(Op("update_database", {"Name": "{name}"}, into="DatabaseInput", whole=True),),
        delete=Op("delete_database", {"Name": "{name}"}),
        replace=("name", "catalog_id"),
        names={"federated_database": None},
        computed={
            "arn": "arn:aws:glue:{region}:{account}:database/{name}",
            "catalog_id": "{account}",
        },
        tagging=Tagging(
            Op("get_tags", _ARN, "Tags"),
            Op("tag_resource", _ARN),
            Op("untag_resource", _ARN),
            "TagsToRemove",
        ),
    ),
}
