import pytest
from jinja2 import TemplateNotFound, UndefinedError

from rr_tasks.template import render

PAGE = ("evaluation.images.gallery", "page.html.j2")


def test_what_is_filled_in_is_escaped() -> None:
    page = render(*PAGE, sections={}, about="<b>rr</b>")
    assert "&lt;b&gt;rr&lt;/b&gt;" in page


def test_nothing_may_be_forgotten() -> None:
    with pytest.raises(UndefinedError, match="about"):
        render(*PAGE, sections={})
    with pytest.raises(TemplateNotFound):
        render("evaluation.images.gallery", "none.html.j2")
