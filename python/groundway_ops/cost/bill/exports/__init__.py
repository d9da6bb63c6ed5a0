"""Exports of the bill, as AWS Data Exports delivers them: where they lie, whether they are whole, what they say."""
