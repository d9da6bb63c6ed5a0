"""`groundway gate`: the policies, and whether the stacks keep them. Nothing is deployed that it does not pass."""
