"""Whose request it is: an access key of twelve digits is the account itself, so that environments live side by side.

Keys that IAM or STS handed out keep their account. moto takes the answer from a header of its own.
"""

import re

from groundway_local.emulator.exchange import Answer, Environ, Handler

DEFAULT = "123456789012"
SIGNED = re.compile(r"Credential=([^/,\s]+)/|^AWS ([^:\s]+):")
PRESIGNED = re.compile(r"(?:^|&)(?:X-Amz-Credential=([^/&%]+)|AWSAccessKeyId=([^&]+))")


def accounts(inner: Handler) -> Handler:
    """Tell the layers below the account: `HTTP_X_MOTO_ACCOUNT_ID`."""

    def handle(environ: Environ) -> Answer:
        key = access_key(environ)
        if key is not None:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = key if re.fullmatch(r"\d{12}", key) else account_of(key)
        return inner(environ)

    return handle


def access_key(environ: Environ) -> str | None:
    """The access key that signed the request; None when it is not signed."""
    found = SIGNED.search(environ.get("HTTP_AUTHORIZATION", "")) or PRESIGNED.search(environ.get("QUERY_STRING", ""))
    return next((key for key in found.groups() if key), None) if found else None


def account_of(key: str) -> str:
    """The account in which an access key was made; moto's default account for one that nobody made."""
    from moto.iam.models import iam_backends

    # moto's own search would make the IAM of every account in every partition, 1,500 managed policies each
    for account, _partition, backend in iam_backends.iter_backends():
        if key in backend.access_keys:
            return str(account)
    return DEFAULT
