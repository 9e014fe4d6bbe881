import math
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from rr_tasks.inspection.chart import draw_chart

SVG = "{http://www.w3.org/2000/svg}"


def points_of(svg: str) -> list[tuple[float, float]]:
    line = ElementTree.fromstring(svg).find(f"{SVG}polyline")
    assert line is not None
    return [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]  # type: ignore[misc]


def test_a_higher_value_is_drawn_higher_and_a_later_step_further_right() -> None:
    svg = draw_chart("reward <1>", [(10, 0.5), (20, 2.0), (40, 1.0)])
    assert svg is not None
    (x0, y0), (x1, y1), (x2, y2) = points_of(svg)
    assert (x1 - x0) * 2 == x2 - x1 > 0
    assert y1 < y2 < y0
    assert "reward &lt;1&gt;" in svg
    assert "0.5 → 1" in svg


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30))
@example([1.7e308, -1.7e308, 0.0])
def test_whatever_a_log_holds_is_drawn_within_the_frame(values: list[float]) -> None:
    svg = draw_chart("anything", list(enumerate(values)))
    finite = sum(map(math.isfinite, values))
    assert (svg is None) is (finite == 0)
    if svg is not None:
        points = points_of(svg)
        assert len(points) == finite
        assert all(48 <= x <= 312 and 26 <= y <= 124 for x, y in points)
