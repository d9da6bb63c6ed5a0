"""Every object of a log with all its versions: in a log, each is written once and stays."""

from __future__ import annotations

from collections import Counter

from groundway_ops.evidence import layout
from groundway_ops.evidence.store import Store, Stored


class History:
    """`problems`: what was written over, deleted, or put there by somebody else. `index`: keys that lead from ids."""

    def __init__(self, store: Store) -> None:
        self.store = store
        versions = list(store.versions())
        written = Counter(one.key for one in versions if not one.marker)
        gone = sorted({one.key for one in versions if one.marker})
        self.problems = [f"{key} was deleted" for key in gone]
        self.problems += [f"{key} was written {n} times" for key, n in sorted(written.items()) if n > 1]
        self.problems += [f"{key} does not belong here" for key in sorted(written) if not layout.belongs(key)]
        if any(one.id == "null" for one in versions):
            self.problems.append("the bucket did not keep versions")
        self._keys = [key for key in sorted(written) if layout.belongs(key)]
        self.index = {key for key in self._keys if key.startswith(layout.IDS) and key not in gone}

    def objects(self, folder: str) -> dict[int, Stored]:
        """What lies in a folder now, by index or size."""
        keys = [key for key in self._keys if key.startswith(folder)]
        found = zip(keys, self.store.get_all(keys), strict=True)
        return {layout.number(key): stored for key, stored in found if stored}
