"""Names of a log's objects, below its prefix: entries, checkpoints, and an index from ids to entries.

The index makes an append cheap however long the log is: S3 lists the one key that begins with the hash of an id, and
the key itself tells the index. It decides nothing: an entry found through it is read and must have that id.
"""

import hashlib
import re

ENTRIES, CHECKPOINTS, IDS = "entries/", "checkpoints/", "ids/"
NAME = re.compile(rf"^(?:({ENTRIES}|{CHECKPOINTS})(\d{{12}})\.json|{IDS}([0-9a-f]{{64}})/(\d{{12}}))$")


def entry(index: int) -> str:
    return f"{ENTRIES}{index:012}.json"


def checkpoint(size: int) -> str:
    return f"{CHECKPOINTS}{size:012}.json"


def of_id(id: str) -> str:
    """The folder of an id in the index."""
    return f"{IDS}{hashlib.sha256(id.encode()).hexdigest()}/"


def indexed(id: str, index: int) -> str:
    return f"{of_id(id)}{index:012}"


def number(key: str) -> int:
    """The index or size that a key ends with."""
    return int(key.rpartition("/")[2].removesuffix(".json"))


def belongs(key: str) -> bool:
    return NAME.match(key) is not None
