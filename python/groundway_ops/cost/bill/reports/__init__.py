"""Reports by name: one module each, with `NAME`, `TITLE` and `report(mart, question) -> Report`."""

import importlib

from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.cost.bill.reports.record import Report

NAMES = ("spend",)


def make(name: str, mart: Mart, question: Question) -> Report:
    """The report of that name, a key of `NAMES`."""
    made: Report = importlib.import_module(f"{__name__}.{name}").report(mart, question)
    return made
