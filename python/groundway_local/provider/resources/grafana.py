"""Amazon Managed Grafana."""

from __future__ import annotations

from groundway_local.provider.session import Api
from groundway_local.provider.spec import Op, Spec, Step, Via
from groundway_local.provider.tagging import by_arn
from groundway_local.provider.values import State

_WORKSPACE = {"workspaceId": "{id}"}
_PRESENT = {"vpc_configuration": "removeVpcConfiguration", "network_access_control": "removeNetworkAccessConfiguration"}


def _remove(api: Api, prior: State, planned: State) -> None:
    """A block that is gone is removed by a member of its own."""
    gone = {member: True for name, member in _PRESENT.items() if prior.get(name) and not planned.get(name)}
    if gone:
        api.call("update_workspace", workspaceId=planned["id"], **gone)


SPECS = {
    "aws_grafana_workspace": Spec(
        "grafana",
        "workspace",
        Op("create_workspace"),
        id="{id}",
        read=(
            Op("describe_workspace", _WORKSPACE, "workspace"),
            Op("describe_workspace_configuration", _WORKSPACE),
        ),
        update=(
            Op(
                "update_workspace",
                _WORKSPACE,
                attrs=(
                    "account_access_type",
                    "data_sources",
                    "description",
                    "name",
                    "network_access_control",
                    "notification_destinations",
                    "organization_role_name",
                    "organizational_units",
                    "permission_type",
                    "role_arn",
                    "stack_set_name",
                    "vpc_configuration",
                ),
                whole=True,
            ),
            Step(tuple(_PRESENT), _remove),
            Op("update_workspace_authentication", _WORKSPACE, attrs=("authentication_providers",)),
            Op("update_workspace_configuration", _WORKSPACE, attrs=("configuration", "grafana_version"), whole=True),
        ),
        delete=Op("delete_workspace", _WORKSPACE),
        names={
            "authentication_providers": Via("authenticationProviders", read="authentication.providers"),
            "saml_configuration_status": Via(read="authentication.samlConfigurationStatus"),
        },
        computed={"arn": "arn:aws:grafana:{region}:{account}:/workspaces/{id}"},
        tagging=by_arn("list_tags_for_resource", "resourceArn", "tags"),
        support="recorded",
    ),
}
