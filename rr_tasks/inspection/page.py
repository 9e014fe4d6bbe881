"""Renders an inspection as a self-contained HTML file."""

from collections.abc import Sequence

from rr_tasks.inspection.pictures import Picture
from rr_tasks.inspection.survey import title
from rr_tasks.template import render
from schemas.inspection import Inspection


def render_page(
    inspection: Inspection, pictures: Sequence[Picture], damaged: Sequence[str] = ()
) -> bytes:
    """Render the figures, the severities as bars, the pictures, and why others are missing."""
    page = render(
        "inspection",
        "page.html.j2",
        title=title(inspection.spec),
        found=inspection,
        pictures=pictures,
        damaged=damaged,
        spec=inspection.spec.model_dump_json(indent=2),
    )
    return page.encode()
