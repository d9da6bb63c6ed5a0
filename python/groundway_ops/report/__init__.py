"""The record of a run through the whole life cycle, and the page that shows it."""
