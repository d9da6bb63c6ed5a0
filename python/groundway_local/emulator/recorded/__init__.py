"""Recorded, not emulated: what moto has no code for is kept as the document that the request was, and given back.

A create is checked against botocore's model and kept, with what AWS would compute (id, ARN, status, time); reads and
listings answer the document, updates change it, tags are kept beside it. Nothing comes of it: no workspace starts, no
export is written. Documents belong to an account and a region, survive `down` and `up`, and count as holdings.

To add a service, put a module into `services/` with one `SERVICE`:

    SERVICE = Service(
        "grafana",                                    # botocore's name; signing="..." if it signs with another
        moto=False,                                   # moto has nothing of it: what is not here is refused by name
        records=(
            Record(
                noun="workspace",
                key="{id}",                           # what names a document, in requests and in the document
                create="CreateWorkspace", reads=("DescribeWorkspace",), listings=("ListWorkspaces",),
                updates=(Update("UpdateWorkspace"),), delete="DeleteWorkspace",
                wraps=("workspace",), lists="workspaces",          # the members of the answers that hold documents
                names={"workspaceId": "id", "workspaceName": "name"},  # where requests and documents differ
                computed={"id": "g-{random}", "created": "{now}", "status": "ACTIVE"},
                arn="arn:aws:grafana:{region}:{account}:/workspaces/{id}",
            ),
        ),
    )

The fields are explained in `table.py`, the words of templates in `templates.py`. Requests, answers, errors and the
three tagging operations follow from the model. What AWS refuses and no model says is a `check`; what no table can
describe is a function in `calls`. The resource type in `provider/resources/` says `support="recorded"`.
"""

import pkgutil
from importlib import import_module

from groundway_local.emulator.recorded.table import Service


def tables() -> tuple[Service, ...]:
    """Every service of which something is recorded."""
    from groundway_local.emulator.recorded import services as package

    modules = pkgutil.iter_modules(package.__path__, prefix=f"{package.__name__}.")
    return tuple(import_module(module.name).SERVICE for module in modules)
