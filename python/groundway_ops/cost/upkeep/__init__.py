"""Keeping the price book true: what is stale, missing or contradictory in it, and today's prices from AWS."""
