"""What the platform did cost: exports of the bill, read into a mart, and the reports that are made of it."""
