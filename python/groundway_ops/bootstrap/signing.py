"""The keys that an environment signs with: private keys as secrets, their public halves as parameters.

A private key is made once and never changed here; a public half is made from it, so a run that was killed between the
two, or a parameter that somebody changed, is put right by the next run.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from groundway import signing
from groundway.environment import Environment
from groundway.platform import client
from groundway.signing import Purpose
from groundway_ops.bootstrap.step import Step, absent

NONE = "ResourceNotFoundException"
DELETED = "InvalidRequestException"  # what AWS says of a secret that is about to be deleted


class SigningKeys:
    """Secrets and parameters `groundway/<env>/signing/<purpose>`, with the environment's cost tags."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.tags = environment.cost_tags.aws_list()

    @cached_property
    def secrets(self) -> Any:
        return client("secretsmanager", self.environment.region)

    @cached_property
    def ssm(self) -> Any:
        return client("ssm", self.environment.region)

    def steps(self) -> Iterator[Step]:
        for purpose in signing.PURPOSES:
            yield from self._pair(purpose)

    def _pair(self, purpose: Purpose) -> Iterator[Step]:
        secret = signing.secret_name(self.environment.name, purpose)
        parameter = signing.parameter_name(self.environment.name, purpose)
        yield Step(f"signing key {secret}", lambda: self._no_key(secret), lambda: self._make_key(secret, purpose))
        yield Step(
            f"signing key {secret}: its public half",
            lambda: self._not_published(secret, parameter),
            lambda: self._publish(secret, parameter),
        )

    def _no_key(self, secret: str) -> str | None:
        found = absent(self.secrets.describe_secret, NONE, SecretId=secret)
        if found is None:
            return "not there"
        if found.get("DeletedDate"):
            return "about to be deleted"
        return None if self._private(secret) else "empty"

    def _make_key(self, secret: str, purpose: Purpose) -> None:
        found = absent(self.secrets.describe_secret, NONE, SecretId=secret)
        if found is None:
            what = f"Private key that {self.environment.name} signs its {purpose} with"
            key = signing.generate(purpose)
            self.secrets.create_secret(Name=secret, Description=what, SecretString=key, Tags=self.tags)
            return
        if found.get("DeletedDate"):
            self.secrets.restore_secret(SecretId=secret)
        if self._private(secret) is None:
            self.secrets.put_secret_value(SecretId=secret, SecretString=signing.generate(purpose))

    def _private(self, secret: str) -> str | None:
        found = absent(self.secrets.get_secret_value, NONE, DELETED, SecretId=secret)
        return str(found["SecretString"]) if found else None

    def _not_published(self, secret: str, parameter: str) -> str | None:
        private, published = self._private(secret), self._published(parameter)
        if published is None or private is None:
            return "not there"
        return None if published == signing.public_of(private) else "not the key's"

    def _published(self, parameter: str) -> str | None:
        found = absent(self.ssm.get_parameter, "ParameterNotFound", Name=parameter)
        return str(found["Parameter"]["Value"]) if found else None

    def _publish(self, secret: str, parameter: str) -> None:
        private = self._private(secret)
        assert private is not None  # the step before made it
        wanted = {"Name": parameter, "Value": signing.public_of(private), "Type": "String"}
        if self._published(parameter) is None:
            self.ssm.put_parameter(**wanted, Tags=self.tags)
        else:
            self.ssm.put_parameter(**wanted, Overwrite=True)
