"""IAM Access Analyzer."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec
from groundway_local.provider.tagging import by_arn

_NAMED = {"analyzerName": "{id}"}

SPECS = {
    "aws_accessanalyzer_analyzer": Spec(
        "accessanalyzer",
        "Analyzer",
        Op("create_analyzer"),
        id="{analyzer_name}",
        read=(Op("get_analyzer", _NAMED, "analyzer"),),
        update=(Op("update_analyzer", _NAMED, attrs=("configuration",)),),
        delete=Op("delete_analyzer", _NAMED),
        names={"analyzer_name": ("analyzerName", "name")},
        defaults={"type": "ACCOUNT"},
        replace=("type",),
        tagging=by_arn("list_tags_for_resource", "resourceArn", "tags"),
        support="recorded",
    ),
}
