"""SageMaker: model package groups can be deleted, and what is not there is answered in AWS's words."""

from moto.core.responses import ActionResult
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse


def delete_model_package_group(self: SageMakerResponse) -> ActionResult:
    backend: SageMakerModelBackend = self.sagemaker_backend
    group = backend.describe_model_package_group(self._get_param("ModelPackageGroupName"))
    del backend.model_package_groups[group.model_package_group_name]
    return ActionResult({})


def apply() -> None:
    SageMakerResponse.delete_model_package_group = delete_model_package_group
