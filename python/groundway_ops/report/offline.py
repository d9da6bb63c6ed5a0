"""What a page needs to be one file that loads nothing: its template, and the scripts that draw its plots."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def template(package: str, name: str) -> Any:
    """The Jinja template of that name; what it is given is escaped, and what it is not given is an error."""
    import jinja2

    source = files(package).joinpath(name).read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)


def embedded(specs: Mapping[str, Any]) -> str:
    """As JavaScript inside a script element, which "</" would end early."""
    return json.dumps(specs).replace("</", "<\\/")


@cache
def library() -> str:
    """Vega-Lite as JavaScript inside a script element."""
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace("</script", "<\\/script")
