"""What a change does, in one comment on its pull request: checks, policies, price, rehearsal and plan."""
