"""Releases move from one environment to the next through gates, and back."""
