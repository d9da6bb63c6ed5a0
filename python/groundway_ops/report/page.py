"""The HTML report: one self-contained file; nothing is loaded from anywhere."""

import json
from importlib.resources import files
from pathlib import Path

from groundway_ops.report.charts import charts
from groundway_ops.report.record import Record


def render(record: Record) -> str:
    """The page as text. The scripts that draw the plots are inlined, so that the file works offline."""
    import jinja2
    import vl_convert

    source = files("groundway_ops.report").joinpath("report.html.j2").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)
    specs = charts(record)
    return template.render(
        record=record,
        names=list(specs),
        # "</" would end the script element early
        specs=json.dumps(specs).replace("</", "<\\/"),
        library=vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", "<\\/script"),
    )


def write(record: Record, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(record), encoding="utf-8")
    return path
