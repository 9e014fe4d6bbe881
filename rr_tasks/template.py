"""Renders templates of self-contained pages and pictures, which lie beside the code they serve."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from rr_tasks.display import to_lines
from rr_tasks.plural import say_count


def render(room: str, template: str, **values: object) -> str:
    """Render a template, such as `page.html.j2`, of a room, such as `inspection`.

    What is filled in is shown as text (`rr_tasks.display`) and escaped, unless it says that it is
    markup. A template may extend one of another room: `{% extends "inspection/base.html.j2" %}`.
    """
    environment = Environment(
        loader=PackageLoader("rr_tasks", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_show,
        trim_blocks=True,
    )
    environment.filters["count"] = say_count
    return environment.get_template(f"{room.replace('.', '/')}/{template}").render(**values)


def _show(value: object) -> object:
    return to_lines(value) if type(value) is str else value
