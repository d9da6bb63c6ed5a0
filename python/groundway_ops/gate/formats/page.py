"""The verdict as one self-contained HTML file; nothing is loaded from anywhere."""

from importlib.resources import files
from itertools import groupby

from groundway_ops.gate.verdict import Verdict


def render(verdict: Verdict) -> str:
    """The page as text."""
    import jinja2

    source = files("groundway_ops.gate.formats").joinpath("page.html.j2").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)
    broken = [(verdict.rules[name], list(found)) for name, found in groupby(verdict.by_severity, key=lambda f: f.rule)]
    return template.render(verdict=verdict, broken=broken)
