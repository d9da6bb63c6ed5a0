"""The emulator's memory in a file: written whole or not at all, read only by the versions that wrote it.

Layout: a line of JSON (format and versions), the pickle, a line of JSON (length and checksum of what is before it).
"""

import json
import os
import platform
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from groundway_local.emulator import memory, pickling
from groundway_local.emulator.layers import Layers

FORMAT = 2
CHUNK = 1 << 20


class Unusable(Exception):
    """The snapshot cannot be read; the message says why."""


def versions() -> dict[str, Any]:
    """What must be the same for a snapshot to be read."""
    return {"format": FORMAT, "moto": version("moto"), "python": ".".join(platform.python_version_tuple()[:2])}


def write(path: Path, remembered: dict[str, Any]) -> int:
    """Write the memory to a file that nobody reads yet, down to the disk; its size in bytes."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
        head = json.dumps(versions()).encode() + b"\n"
        file.write(head)
        try:
            pickling.dump(remembered, file)
        except Exception:
            file.seek(len(head))
            file.truncate()
            pickling.dump(memory.without_unpicklable(remembered), file)
        size = file.tell()
        file.write(b"\n" + json.dumps({"bytes": size, "crc32": checksum(file, size)}).encode())
        file.flush()
        os.fsync(file.fileno())
    return size


def checksum(file: Any, size: int) -> int:
    """CRC-32 of the first `size` bytes; leaves the file at their end."""
    file.flush()
    file.seek(0)
    crc = 0
    while size:
        chunk = file.read(min(CHUNK, size))
        crc, size = zlib.crc32(chunk, crc), size - len(chunk)
    return crc


def publish(written: Path, path: Path) -> None:
    """Let what was written be the snapshot from now on."""
    os.replace(written, path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def load(path: Path, layers: Layers) -> str | None:
    """Make the emulator remember the snapshot, if there is one.

    One that cannot be used is set aside as `<name>.discarded`; the returned message says so.
    """
    if not path.exists():
        return None
    try:
        remembered = read(path)
        memory.restore(remembered, layers)
    except Exception as error:
        aside = path.with_name(path.name + ".discarded")
        os.replace(path, aside)
        why = str(error) if isinstance(error, Unusable) else f"it cannot be read ({type(error).__name__}: {error})"
        return f"The snapshot of the local cloud was discarded, which starts empty: {why}. It is kept as {aside}."
    return None


def read(path: Path) -> Any:
    """What `write` was given. Raises `Unusable`."""
    data = path.read_bytes()
    head, _, _ = data.partition(b"\n")
    body, _, tail = data.rpartition(b"\n")
    try:
        wrote, seal = json.loads(head), json.loads(tail)
        whole = len(body) == seal["bytes"] and zlib.crc32(body) == seal["crc32"]
    except (ValueError, KeyError, TypeError):
        raise Unusable("the file is damaged") from None
    if not whole:
        raise Unusable("the file is damaged")
    if wrote != versions():
        raise Unusable(f"it was written with {described(wrote)}, this is {described(versions())}")
    return pickling.load(body[len(head) + 1 :])


def described(versions: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in versions.items())
