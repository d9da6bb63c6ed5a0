"""One environment's account: whoever asks AWS for something says in which."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from groundway.environment import Environment


@dataclass(frozen=True)
class Account:
    """`variables` are those that a process needs to act in the environment's account."""

    environment: Environment
    variables: Mapping[str, str] = field(repr=False)

    @property
    def env(self) -> dict[str, str]:
        """The variables of a process that acts there: this process's, without anything of another account."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**own, **self.variables, "GROUNDWAY_ENVIRONMENT": self.environment.name}

    def client(self, service: str) -> Any:
        """A boto3 client there."""
        from groundway.platform import client

        with self.entered():
            return client(service)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this process act there for a while, for what asks AWS by the process's variables. Not for threads."""
        import boto3

        before = dict(os.environ)
        _become(self.env)
        boto3.setup_default_session()  # the default one remembers whose credentials it found first
        try:
            yield
        finally:
            _become(before)
            boto3.setup_default_session()


def _become(env: Mapping[str, str]) -> None:
    for name in os.environ.keys() - env.keys():
        del os.environ[name]
    os.environ.update(env)
