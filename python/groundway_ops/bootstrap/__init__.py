"""What an account needs before the first deploy: a place for states, a role that deploys, and keys that sign."""

from groundway_ops.bootstrap.command import bootstrap

__all__ = ["bootstrap"]
