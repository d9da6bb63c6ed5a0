"""The commands of releases: release, promote, approve, rollback, status."""
