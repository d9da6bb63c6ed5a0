"""What an account needs before the first deploy: a place for Terraform's states, and a role that deploys."""

from groundway_ops.bootstrap.command import bootstrap

__all__ = ["bootstrap"]
