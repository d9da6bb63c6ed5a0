"""Parameters."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec, Tagging

_PARAMETER = {"ResourceType": "Parameter", "ResourceId": "{name}"}
_NAMED = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": ["{id}"]}]}

SPECS = {
    "aws_ssm_parameter": Spec(
        "ssm",
        "Parameter",
        Op("put_parameter"),
        id="{name}",
        read=(
            Op("get_parameter", {"Name": "{id}", "WithDecryption": True}, "Parameter"),
            Op("describe_parameters", _NAMED, "Parameters[0]"),
        ),
        update=(
            Op(
                "put_parameter",
                {"Name": "{name}", "Overwrite": True},
                attrs=("value", "type", "description", "tier", "allowed_pattern", "key_id", "data_type"),
                whole=True,
            ),
        ),
        delete=Op("delete_parameter", {"Name": "{name}"}),
        names={"insecure_value": None, "has_value_wo": None, "overwrite": None},
        defaults={"tier": "Standard"},
        volatile=("version",),
        sensitive=("value",),
        tagging=Tagging(
            Op("list_tags_for_resource", _PARAMETER, "TagList"),
            Op("add_tags_to_resource", _PARAMETER),
            Op("remove_tags_from_resource", _PARAMETER),
            "TagKeys",
        ),
    ),
}
