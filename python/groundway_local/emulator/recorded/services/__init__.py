"""One module a service, each with its `SERVICE`."""
