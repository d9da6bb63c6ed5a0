"""Prometheus: a workspace remembers its key."""

import json

from moto.amp.models import Workspace
from moto.amp.responses import PrometheusServiceResponse

create_workspace = PrometheusServiceResponse.create_workspace
to_dict = Workspace.to_dict


def created_workspace(self: PrometheusServiceResponse) -> str:
    made = json.loads(create_workspace(self))
    workspace = self.amp_backend.workspaces[made["workspaceId"]]
    workspace.kms_key_arn = json.loads(self.body).get("kmsKeyArn")
    return json.dumps(workspace.to_dict())


def with_key(self: Workspace) -> dict[str, object]:
    key = getattr(self, "kms_key_arn", None)
    return {**to_dict(self), **({"kmsKeyArn": key} if key else {})}


def apply() -> None:
    PrometheusServiceResponse.create_workspace = created_workspace
    Workspace.to_dict = with_key
