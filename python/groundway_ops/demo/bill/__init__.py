"""A bill for what the demo deployed and ran: simulated, since the local cloud sends none.

What is charged is real: resources and tags of the Terraform states, runs of the registry, servers that ran. When it was
used is not: minutes of a demo are charged as two months. Every amount is a quantity times a price of the price book.
"""
