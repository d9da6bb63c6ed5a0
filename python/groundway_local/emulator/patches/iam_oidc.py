"""OpenID Connect providers: whom their tokens may be meant for can change."""

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import OpenIDConnectProvider
from moto.iam.responses import IamResponse


def _provider(response: IamResponse) -> OpenIDConnectProvider:
    return response.backend.get_open_id_connect_provider(response._get_param("OpenIDConnectProviderArn"))


def add_client_id_to_open_id_connect_provider(self: IamResponse) -> ActionResult:
    """AWS does not mind one that is there already."""
    provider, client = _provider(self), self._get_param("ClientID")
    provider.client_id_list = [c for c in provider.client_id_list if c != client] + [client]
    return EmptyResult()


def remove_client_id_from_open_id_connect_provider(self: IamResponse) -> ActionResult:
    """AWS does not mind one that is not there."""
    provider, client = _provider(self), self._get_param("ClientID")
    provider.client_id_list = [c for c in provider.client_id_list if c != client]
    return EmptyResult()


def apply() -> None:
    for function in (add_client_id_to_open_id_connect_provider, remove_client_id_from_open_id_connect_provider):
        setattr(IamResponse, function.__name__, function)
