"""`python -m groundway_local.provider`: the plugin process, started by Terraform. `--warm` fills the schema cache."""

from __future__ import annotations

import gc
import sys

from groundway_local.provider import intents, loopback, schema
from groundway_local.provider.data_sources import DATA_SOURCES
from groundway_local.provider.problem import Problem
from groundway_local.provider.resources import registry


def main() -> None:
    gc.disable()  # the process lives for one Terraform command: collecting costs more than it frees
    specs = registry()
    try:
        catalog = schema.load(list(specs), list(DATA_SOURCES))
    except Problem as problem:
        sys.exit(str(problem))
    if sys.argv[1:] == ["--warm"]:
        sys.stdout.write(
            f"{len(specs)} resource types and {len(DATA_SOURCES)} data sources of AWS provider {catalog.aws_version}\n"
        )
        return
    from groundway_local.provider.provider import Provider
    from groundway_local.provider.server import serve

    intents.terraform()
    loopback.isolate_environment()
    serve(Provider(specs, DATA_SOURCES, catalog))


if __name__ == "__main__":
    main()
