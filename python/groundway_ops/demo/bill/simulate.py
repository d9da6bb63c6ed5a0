"""The exports of every account that the demo deployed to, and the samples of their GPUs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from groundway_ops.accounts import Account
from groundway_ops.cost import price_book
from groundway_ops.cost.price_book import PriceBook
from groundway_ops.demo.bill import gpus, priced
from groundway_ops.demo.bill.charges import Charges, Node
from groundway_ops.demo.bill.days import Calendar
from groundway_ops.demo.bill.deployed import deployed
from groundway_ops.demo.bill.focus import Export
from groundway_ops.demo.bill.ran import Ran, Run, month_end
from groundway_ops.demo.bill.usage import Used

LEFT_RUNNING = ("prod", "h100")  # a node for training that nobody stopped on Friday: what the reports should find


@dataclass
class Simulation:
    """`root`: the checkout. `folder`: where exports go that have no bucket, and all else. `home`: the environment in
    which a volume has no tags, and to which a credit was given."""

    root: Path
    folder: Path
    home: str
    model: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _nodes: dict[str, list[Node]] = field(default_factory=dict)
    _book: PriceBook = field(default_factory=price_book.load)

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.at.date())

    def export(self, account: Account, runs: list[Run], served: Mapping[str, str] | None) -> str | None:
        """Write the export of an account, whose bill `runs` are on and, with tags in `served`, the model's endpoint.

        Returns where it is, for `groundway cost ingest`; None if nothing is deployed there.
        """
        environment = account.environment
        with account.entered():
            found = deployed(environment.name, self.root)
        if not any(found):
            return None
        estimate = priced.price(environment.name, self.root)
        left = LEFT_RUNNING[1] if environment.name == LEFT_RUNNING[0] else None
        charges = Charges(environment, estimate, found, self._book, self.calendar, left)
        charged = list(self._charged(charges, runs, served))
        export = Export(environment, self.folder / environment.account)
        export.write([*charged, *month_end(charged, credited=environment.name == self.home)], self.at)
        self._nodes[environment.name] = charges.nodes
        return export.deliver(account)

    def samples(self, tags: Mapping[str, str]) -> Path:
        """What was seen of the GPUs of all accounts, as a file. `tags`: of the pods, but for the environment."""
        seen = (
            sample
            for environment, nodes in self._nodes.items()
            for sample in gpus.samples(nodes, {**tags, "environment": environment})
        )
        return gpus.write(seen, self.folder / "gpus.parquet")

    def _charged(self, charges: Charges, runs: list[Run], served: Mapping[str, str] | None) -> Iterator[Used]:
        ran = Ran(charges.environment, self._book, self.calendar)
        yield from charges.standing()
        yield from ran.training(runs)
        if served:
            yield from ran.serving(self.model, served)
        if charges.environment.name == self.home:
            yield from ran.forgotten_disk()
