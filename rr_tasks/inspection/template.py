"""Renders the templates of this room as self-contained HTML files."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from rr_tasks.plural import say_count


def render(template: str, **values: object) -> bytes:
    """Render a template, such as `page.html.j2`, with these values."""
    environment = Environment(
        loader=PackageLoader("rr_tasks.inspection", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["count"] = say_count
    return environment.get_template(template).render(**values).encode()
