"""The model registry: versions with their lineage, a champion by alias, and nothing loaded that was tampered with."""

from groundway.registry.champion import CHAMPION, champion, promote, restore
from groundway.registry.connection import Registry, connect
from groundway.registry.download import download, signed
from groundway.registry.register import register, sign
from groundway.registry.signature import signature
from groundway.registry.versions import ModelVersion, artifact, find, lineage, show, versions

__all__ = [
    "CHAMPION",
    "ModelVersion",
    "Registry",
    "artifact",
    "champion",
    "connect",
    "download",
    "find",
    "lineage",
    "promote",
    "register",
    "restore",
    "show",
    "sign",
    "signature",
    "signed",
    "versions",
]
