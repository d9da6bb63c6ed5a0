"""Whose tokens an account trusts: OpenID Connect providers."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_name
from groundway_local.provider.values import State

_PROVIDER = {"OpenIDConnectProviderArn": "{id}"}


def _set_audiences(api: Api, prior: State, planned: State) -> None:
    if not prior:
        return
    old, new = ({*(s.get("client_id_list") or [])} for s in (prior, planned))
    for verb, audiences in (("add_client_id_to", new - old), ("remove_client_id_from", old - new)):
        for audience in sorted(audiences):
            api.call(f"{verb}_open_id_connect_provider", OpenIDConnectProviderArn=planned["id"], ClientID=audience)


SPECS = {
    "aws_iam_openid_connect_provider": Spec(
        "iam",
        "OpenIDConnectProvider",
        Op("create_open_id_connect_provider"),
        id="{OpenIDConnectProviderArn}",
        read=(Op("get_open_id_connect_provider", _PROVIDER),),
        update=(
            Step(("client_id_list",), _set_audiences),
            Op("update_open_id_connect_provider_thumbprint", _PROVIDER, attrs=("thumbprint_list",)),
        ),
        delete=Op("delete_open_id_connect_provider", _PROVIDER),
        names={
            "client_id_list": "ClientIDList",
            "thumbprint_list": "ThumbprintList",
            "url": Via("Url", read=lambda answer: "https://" + answer["Url"] if "Url" in answer else None),
        },
        computed={"arn": "{id}"},
        support="patched",
        tagging=by_name("open_id_connect_provider", "OpenIDConnectProviderArn"),
    ),
}
