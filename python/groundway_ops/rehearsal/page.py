"""The record as one self-contained HTML file; nothing is loaded from anywhere."""

from importlib.resources import files

from groundway_ops.rehearsal.record import Record


def render(record: Record) -> str:
    """The page as text."""
    import jinja2

    source = files("groundway_ops.rehearsal").joinpath("page.html.j2").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)
    return template.render(record=record)
