"""Releases on their way: cut, promoted, deployed, rolled back; one operation at a time in an environment."""
