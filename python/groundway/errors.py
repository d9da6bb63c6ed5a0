"""Errors that a user can mend. The command line prints their message, never a traceback, and exits with their code."""

import click


class GroundwayError(click.ClickException):
    """Something went wrong that the message explains. Exit code 1."""


class InvalidInput(GroundwayError):
    """What was given is wrong; nothing was changed. Exit code 2."""

    exit_code = 2


class Refused(GroundwayError):
    """A gate looked and said no: validation, integrity, policy. Exit code 3."""

    exit_code = 3


class Unavailable(GroundwayError):
    """A service that is needed cannot be reached or used: endpoint, credentials, a process. Exit code 4."""

    exit_code = 4
