"""The one promise of this provider: it speaks to this machine and to nothing else."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from groundway_local.provider.problem import Path, Problem

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
FORBIDDEN = set('\\@#?"<>^`{|} \t\r\n')  # where parsers disagree about what the host is


def require_loopback(url: str, path: Path = ()) -> str:
    """The endpoint, if it is on this machine; else a Problem."""
    if not is_loopback(url):
        raise Problem(
            "The endpoint is not on this machine",
            f"{url!r}: the local cloud's provider talks to http://127.0.0.0/8, http://[::1] and http://localhost only. "
            "For a real account set GROUNDWAY_CLOUD=aws, which uses hashicorp/aws",
            path,
        )
    return url


def is_loopback(url: str) -> bool:
    """Whether a URL is http(s) to a loopback address, by parsing it and not by looking at how it starts."""
    if FORBIDDEN & set(url) or not url.isascii():
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def isolate_environment() -> None:
    """Nothing in the user's environment leads a call elsewhere: no proxy, no profile, no endpoint in a config file."""
    for name in PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_DEFAULT_PROFILE", None)
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
