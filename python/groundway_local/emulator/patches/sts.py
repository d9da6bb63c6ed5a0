"""STS: a role is assumed by whom its trust policy allows. moto lets everybody assume everything, roles that nobody
made included.

Judged is the trust policy (`emulator/trust.py`), not what the caller's own policies allow. The token of
AssumeRoleWithWebIdentity is decoded, its signature is NOT verified: whoever can reach the emulator can sign for anyone.
"""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.models import Role, iam_backends
from moto.sts.models import STSBackend
from moto.sts.responses import TokenResponse

from groundway_local.emulator import trust
from groundway_local.emulator.trust import Caller

ROLE = re.compile(r"arn:(aws[\w-]*):iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")
OIDC = "oidc-provider/"
DEFAULT_DURATION = 3600

assume_role = TokenResponse.assume_role
assume_role_with_web_identity = TokenResponse.assume_role_with_web_identity
get_caller_identity = STSBackend.get_caller_identity


class Refused(ServiceException):  # type: ignore[misc]  # moto carries no types
    """One of STS's errors."""


def judged_assume_role(self: TokenResponse) -> ActionResult:
    arn = self._get_param("RoleArn") or ""
    _judge(self, "sts:AssumeRole", arn, _role(arn), _signed(self))
    return assume_role(self)


def judged_web_identity(self: TokenResponse) -> ActionResult:
    arn = self._get_param("RoleArn") or ""
    role = _role(arn)
    claims = _claims(self._get_param("WebIdentityToken") or "")
    caller = _federated(claims, arn, self._get_param("RoleSessionName"))
    _judge(self, "sts:AssumeRoleWithWebIdentity", arn, role, caller)
    return assume_role_with_web_identity(self)


def no_saml(_: TokenResponse) -> ActionResult:
    raise Refused("AccessDenied", "The local cloud judges no SAML assertion: sts:AssumeRoleWithSAML is refused.")


def _judge(response: TokenResponse, action: str, arn: str, role: Role | None, caller: Caller) -> None:
    why = (
        trust.refusal(json.loads(role.assume_role_policy_document or "{}"), action, caller)
        if role
        else "there is no such role"
    )
    if why:
        text = f"User: {caller.arn} is not authorized to perform: {action} on resource: {arn} ({why})"
        raise Refused("AccessDenied", text)
    longest = int(getattr(role, "max_session_duration", None) or DEFAULT_DURATION)
    if response._get_int_param("DurationSeconds", DEFAULT_DURATION) > longest:
        raise Refused(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )


def _role(arn: str) -> Role | None:
    """The role, if somebody made it."""
    found = ROLE.fullmatch(arn)
    if not found:
        raise Refused("ValidationError", f"{arn} is invalid")
    roles = iam_backends[found[2]][found[1]].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _signed(response: TokenResponse) -> Caller:
    """Who signed the request: a session of a role, a user, or, with a key that neither has, the account's root.

    In the local cloud a twelve-digit access key is an account. (On AWS, root itself may assume no role.)
    """
    key, account = response.get_access_key(), response.current_account
    session = response.backend.get_assumed_role_from_access_key(key)
    user = None if session else iam_backends[account][response.partition].get_user_from_access_key_id(key)
    if session:
        arn, principal = session.arn, session.role_arn
    else:
        arn = principal = user.arn if user else _root(account)
    keys = {
        "aws:principalarn": principal,
        "aws:principalaccount": account,
        "sts:externalid": response._get_param("ExternalId"),
        "sts:rolesessionname": response._get_param("RoleSessionName"),
    }
    return Caller(arn, account, frozenset({arn, principal}), "AWS", keys)


def _root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


def _claims(token: str) -> dict[str, Any]:
    """What a token says; nobody verifies who signed it."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        issuer, subject = claims["iss"], claims["sub"]
    except (IndexError, ValueError, KeyError, TypeError):
        raise Refused("InvalidIdentityToken", "The token is no JWT with the claims iss, sub and aud.") from None
    if not isinstance(issuer, str) or not isinstance(subject, str):
        raise Refused("InvalidIdentityToken", "The claims iss and sub of the token must be text.")
    if isinstance(claims.get("exp"), int | float) and claims["exp"] < time.time():
        raise Refused("ExpiredTokenException", "Token is expired.")
    return dict(claims)


def _federated(claims: dict[str, Any], role_arn: str, session: str | None) -> Caller:
    """The identity that a token claims, which the role's account must know the provider of."""
    partition, account = role_arn.split(":")[1], role_arn.split(":")[4]
    host = claims["iss"].removeprefix("https://").rstrip("/")
    arn = f"arn:{partition}:iam::{account}:{OIDC}{host}"
    provider = iam_backends[account][partition].open_id_providers.get(arn)
    if provider is None:
        text = f"No OpenIDConnect provider found in your account for {claims['iss']}"
        raise Refused("InvalidIdentityToken", text)
    audiences = claims.get("aud")
    known = [a for a in (audiences if isinstance(audiences, list) else [audiences]) if a in provider.client_id_list]
    if not known:
        raise Refused("InvalidIdentityToken", "Incorrect token audience")
    keys = {
        f"{host.lower()}:sub": claims["sub"],
        f"{host.lower()}:aud": str(known[0]),
        "sts:rolesessionname": session,
    }
    return Caller(claims["sub"], account, frozenset({arn}), "Federated", keys)


def caller_identity(self: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
    """A session, a user, or else the account's root."""
    user = iam_backends[self.account_id][self.partition].get_user_from_access_key_id(access_key_id)
    if user is None and self.get_assumed_role_from_access_key(access_key_id) is None:
        return self.account_id, _root(self.account_id), self.account_id
    found: tuple[str, str, str] = get_caller_identity(self, access_key_id, region)
    return found


def apply() -> None:
    TokenResponse.assume_role = judged_assume_role
    TokenResponse.assume_role_with_web_identity = judged_web_identity
    TokenResponse.assume_role_with_saml = no_saml
    STSBackend.get_caller_identity = caller_identity
