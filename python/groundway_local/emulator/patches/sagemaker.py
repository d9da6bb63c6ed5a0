"""SageMaker: model package groups can be deleted and shared, and what is not there is answered in AWS's words."""

from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse


def _group(response: SageMakerResponse) -> Any:
    backend: SageMakerModelBackend = response.sagemaker_backend
    return backend.describe_model_package_group(response._get_param("ModelPackageGroupName"))


def delete_model_package_group(self: SageMakerResponse) -> ActionResult:
    group = _group(self)
    del self.sagemaker_backend.model_package_groups[group.model_package_group_name]
    return ActionResult({})


def put_model_package_group_policy(self: SageMakerResponse) -> ActionResult:
    group = _group(self)
    group.resource_policy = self._get_param("ResourcePolicy")
    return ActionResult({"ModelPackageGroupArn": group.arn})


def get_model_package_group_policy(self: SageMakerResponse) -> ActionResult:
    return ActionResult({"ResourcePolicy": _policy(self)})


def delete_model_package_group_policy(self: SageMakerResponse) -> ActionResult:
    _policy(self)
    _group(self).resource_policy = None
    return ActionResult({})


def _policy(response: SageMakerResponse) -> str:
    policy: str | None = getattr(_group(response), "resource_policy", None)
    if policy is None:
        name = response._get_param("ModelPackageGroupName")
        raise ValidationError(f"Resource policy for model package group {name} does not exist.")
    return policy


def apply() -> None:
    for function in (
        delete_model_package_group,
        put_model_package_group_policy,
        get_model_package_group_policy,
        delete_model_package_group_policy,
    ):
        setattr(SageMakerResponse, function.__name__, function)
