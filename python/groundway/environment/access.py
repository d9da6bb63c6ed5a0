"""Who may act in an environment, besides its workloads."""

from typing import Annotated

from pydantic import Field

from groundway.environment.fields import Account, Part, RoleArn

Repository = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
Project = Annotated[str, Field(pattern=r"^[\w.-]+(/[\w.-]+)+$")]


class Access(Part):
    """Who may take which role. A list that is empty makes a role that nobody can take until somebody is named."""

    github: tuple[Repository, ...] = ()
    """GitHub repositories (owner/name) whose workflows deploy here: those of the environment of this name only."""
    gitlab: tuple[Project, ...] = ()
    """GitLab projects (group/name) whose protected branches deploy here."""
    ops: tuple[RoleArn, ...] = ()
    """Roles that people who run the platform come with, from single sign-on; they take the ops role with MFA."""
    engineers: tuple[RoleArn, ...] = ()
    """Roles that ML engineers come with."""
    promoted_to: tuple[Account, ...] = ()
    """Accounts whose pipelines may read this environment's models, to promote them."""
