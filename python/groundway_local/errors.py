"""Errors of the local cloud that a user can mend: one message, and the exit codes that every command here has."""

import click


class LocalError(click.ClickException):
    """Something went wrong that the message explains. Exit code 1."""


class InvalidInput(LocalError):
    """What was given is wrong; nothing was changed. Exit code 2."""

    exit_code = 2


class Unavailable(LocalError):
    """The local cloud or a program that it needs cannot be used. Exit code 4."""

    exit_code = 4
