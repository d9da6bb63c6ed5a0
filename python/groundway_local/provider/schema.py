"""The schemas of the types that have a spec: derived once from the installed bindings, then read from a cache."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import tarfile
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from groundway_local.provider.problem import Problem
from groundway_local.provider.values import Block

BINDINGS = ("cdktf_cdktf_provider_aws", "cdktn_provider_aws")


@dataclass(frozen=True)
class Catalog:
    """Blocks in the shape of `terraform providers schema -json`, and the AWS provider version they are from."""

    aws_version: str
    provider: Block
    resources: dict[str, Block]
    data: dict[str, Block]


def load(resources: list[str], data: list[str]) -> Catalog:
    """The catalog of these types; from the cache under GROUNDWAY_HOME when it holds them."""
    archive = _archive()
    cached = _cache_path(archive, resources, data)
    try:
        return Catalog(**json.loads(cached.read_text()))
    except (OSError, ValueError, TypeError):
        catalog = _derive(archive, resources, data)
    _write(cached, json.dumps(catalog.__dict__, sort_keys=True, separators=(",", ":")))
    return catalog


def aws_version() -> str:
    """The version of the AWS provider that the installed bindings were generated from, such as "6.25.0"."""
    return load([], []).aws_version


@lru_cache
def _archive() -> Path:
    """The bundled package of the installed bindings. find_spec does not import them, which would take seconds."""
    for name in BINDINGS:
        spec = importlib.util.find_spec(name)
        for location in (spec.submodule_search_locations or []) if spec else []:
            for path in Path(location).glob("_jsii/*.jsii.tgz"):
                return path
    raise Problem("No provider bindings are installed", f"one of {', '.join(BINDINGS)} is needed: run `make setup`")


def _cache_path(archive: Path, resources: list[str], data: list[str]) -> Path:
    from groundway_local.provider import typescript

    digest = hashlib.sha256(json.dumps([sorted(resources), sorted(data)]).encode())
    for module in (typescript.__file__, __file__):
        digest.update(Path(module).read_bytes())
    home = Path(os.environ.get("GROUNDWAY_HOME") or ".groundway")
    version = archive.name.removesuffix(".jsii.tgz")
    return home.absolute() / "cache" / f"schema-{version}-{digest.hexdigest()[:16]}.json"


def _write(path: Path, text: str) -> None:
    """Whole or not at all: several provider processes may start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(text)
    os.replace(file.name, path)


def _derive(archive: Path, resources: list[str], data: list[str]) -> Catalog:
    from groundway_local.provider import typescript

    wanted = {_folder(t): t for t in resources} | {f"data-aws-{_folder(t)}": t for t in data} | {"provider": "aws"}
    blocks: dict[str, Block] = {}
    version = None
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = member.name.split("/")
            if parts[:2] != ["package", "lib"] or parts[-1] != "index.js" or len(parts) != 4 or parts[2] not in wanted:
                continue
            compiled = _text(tar, member)
            if text := typescript.source(compiled):
                _, blocks[parts[2]] = typescript.schema(text)
            version = version or typescript.provider_version(compiled)
    if missing := sorted(wanted[folder] for folder in wanted.keys() - blocks.keys()):
        raise Problem("The installed bindings lack types", f"{', '.join(missing)} in {archive.name}")
    return Catalog(
        aws_version=version or "0.0.0",
        provider=blocks["provider"],
        resources={t: blocks[_folder(t)] for t in resources},
        data={t: blocks[f"data-aws-{_folder(t)}"] for t in data},
    )


def _folder(type_name: str) -> str:
    """`aws_sns_topic` is in `sns-topic`."""
    return type_name.removeprefix("aws_").replace("_", "-")


def _text(tar: tarfile.TarFile, member: Any) -> str:
    file = tar.extractfile(member)
    return file.read().decode() if file else ""
