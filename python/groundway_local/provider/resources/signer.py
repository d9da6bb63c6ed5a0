"""Signing profiles."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec
from groundway_local.provider.tagging import by_arn

_NAME = {"profileName": "{name}"}

SPECS = {
    "aws_signer_signing_profile": Spec(
        "signer",
        "",
        Op("put_signing_profile"),
        id="{name}",
        read=(Op("get_signing_profile", {"profileName": "{id}"}),),
        delete=Op("cancel_signing_profile", _NAME),
        names={
            "name": "profileName",
            "revocation_record": None,
            "version": "profileVersion",
            "version_arn": "profileVersionArn",
        },
        unread=("name_prefix",),
        filled=("signature_validity_period",),
        prefixed={"name": "name_prefix"},
        tagging=by_arn("list_tags_for_resource", "resourceArn", "tags"),
        support="patched",
    ),
}
