"""Keeps Terraform from destroying what cannot be made again."""

from infra.cdk import TerraformResourceLifecycle


def keep(protect: bool) -> TerraformResourceLifecycle | None:
    """`lifecycle` of a stateful resource: with `protect`, a plan that would destroy or replace it is an error."""
    return TerraformResourceLifecycle(prevent_destroy=True) if protect else None
