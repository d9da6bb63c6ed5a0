"""Amazon Managed Grafana: workspaces, which nobody can log in to."""

from groundway_local.emulator.recorded.table import Members, Record, Service, Update

NAMES = {
    "workspaceId": "id",
    "workspaceName": "name",
    "workspaceDescription": "description",
    "workspaceDataSources": "dataSources",
    "workspaceNotificationDestinations": "notificationDestinations",
    "workspaceOrganizationalUnits": "organizationalUnits",
}


def changed(members: Members, _document: Members) -> Members:
    """Two members say that another is to go."""
    new = {k: v for k, v in members.items() if not k.startswith("remove")}
    if members.get("removeVpcConfiguration"):
        new["vpcConfiguration"] = None
    if members.get("removeNetworkAccessConfiguration"):
        new["networkAccessControl"] = None
    return new


def authenticated(members: Members, document: Members) -> Members:
    """How users log in: the workspace says it in short, its authentication in full."""
    providers, saml = members["authenticationProviders"], members.get("samlConfiguration")
    status = "CONFIGURED" if saml and "SAML" in providers else "NOT_CONFIGURED"
    shown: Members = {"providers": providers}
    if "SAML" in providers:
        shown |= {"samlConfigurationStatus": status, "saml": {"status": status, "configuration": saml}}
    return {"authentication": {**{k: v for k, v in document["authentication"].items() if k == "awsSso"}, **shown}}


SERVICE = Service(
    "grafana",
    moto=False,
    records=(
        Record(
            noun="workspace",
            key="{id}",
            create="CreateWorkspace",
            reads=("DescribeWorkspace", "DescribeWorkspaceAuthentication", "DescribeWorkspaceConfiguration"),
            listings=("ListWorkspaces",),
            updates=(
                Update("UpdateWorkspace", change=changed),
                Update("UpdateWorkspaceAuthentication", change=authenticated),
                Update("UpdateWorkspaceConfiguration"),
            ),
            delete="DeleteWorkspace",
            wraps=("workspace",),
            lists="workspaces",
            names=NAMES,
            defaults={
                "configuration": '{"unifiedAlerting":{"enabled":false},"plugins":{"pluginAdminEnabled":false}}',
                "dataSources": [],
                "grafanaVersion": "10.4",
                "ipAddressType": "IPv4",
            },
            computed={
                "id": "g-{random}",
                "endpoint": "{id}.grafana-workspace.{region}.amazonaws.com",
                "authentication": {
                    "providers": "{authenticationProviders}",
                    "samlConfigurationStatus": "NOT_CONFIGURED",
                },
                "created": "{now}",
                "modified": "{now}",
                "status": "ACTIVE",
            },
            updated={"modified": "{now}"},
            arn="arn:aws:grafana:{region}:{account}:/workspaces/{id}",
        ),
    ),
)
