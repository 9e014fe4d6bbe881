"""Renders an inspection as a self-contained HTML file."""

from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from rr_tasks.inspection.pictures import Picture
from rr_tasks.inspection.survey import title
from rr_tasks.plural import say_count
from schemas.inspection import Inspection


def render_page(
    inspection: Inspection, pictures: Sequence[Picture], damaged: Sequence[str] = ()
) -> bytes:
    """Render the figures, the severities as bars, the pictures, and why others are missing."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["count"] = say_count
    template = environment.from_string(
        files("rr_tasks.inspection").joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    spec = inspection.spec.model_dump_json(indent=2)
    return template.render(
        title=title(inspection.spec),
        found=inspection,
        pictures=pictures,
        damaged=damaged,
        spec=spec,
    ).encode()
