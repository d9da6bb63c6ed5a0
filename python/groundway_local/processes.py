"""Processes are known by pid and start: a pid alone may belong to somebody else by now."""

from dataclasses import dataclass

import psutil

SLACK = 2.0  # seconds; the clock that start times are computed from may be adjusted


@dataclass(frozen=True)
class ProcessId:
    """One process of this machine: its pid and when it started (seconds since 1970)."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "ProcessId | None":
        """The process that has this pid now."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except (psutil.Error, ValueError, OverflowError):
            return None

    @classmethod
    def parse(cls, text: str) -> "ProcessId | None":
        """From `<pid>:<start>`."""
        pid, _, started = text.partition(":")
        try:
            return cls(int(pid), float(started))
        except ValueError:
            return None

    def alive(self) -> bool:
        """Whether this very process runs; a zombie does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) <= SLACK
            return same and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, ValueError, OverflowError):
            return False
