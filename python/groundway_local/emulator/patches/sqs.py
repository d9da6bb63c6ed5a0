"""A long poll of a queue lets other requests pass while it waits for a message."""

from typing import Any

from moto.sqs.models import Queue

from groundway_local.emulator.gate import GATE

waiting = Queue.wait_for_messages


def wait_for_messages(self: Any, timeout: int) -> None:
    with GATE.stepped_aside():
        waiting(self, timeout)


def apply() -> None:
    Queue.wait_for_messages = wait_for_messages
