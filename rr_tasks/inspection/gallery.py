"""Photographs with what was found in them, as a self-contained HTML file."""

from dataclasses import dataclass

from rr_tasks.inspection.data_uri import write_photograph
from rr_tasks.inspection.maps import Drawing, draw_maps
from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.plural import say_count
from rr_tasks.storage.names import to_display
from rr_tasks.template import render
from schemas.diagnosis import Diagnosis
from schemas.prior.current import DiagnosticPrior

MOST_SHOWN = 200
"""A page with more photographs would be slow to open."""


class Gallery:
    """Collects diagnosed photographs and shows the first `MOST_SHOWN` of them."""

    def __init__(self) -> None:
        self._shown: list[_Exhibit] = []
        self._more = 0

    def add(self, diagnosis: Diagnosis, pixels: Pixels) -> None:
        """Add a photograph, (H, W, 3), sRGB-coded, 8 or 16 bits, and its diagnosis."""
        if len(self._shown) == MOST_SHOWN:
            self._more += 1
            return
        photograph = write_photograph(to_8_bits(pixels))
        name = to_display(diagnosis.path)
        self._shown.append(_Exhibit(name, photograph, diagnosis.prior, diagnosis.guess))

    def render(self) -> bytes:
        """Render the page."""
        count = say_count(len(self._shown) + self._more, "photograph")
        title = f"What degrades {count}"
        values = {"title": title, "shown": self._shown, "more": self._more}
        return render("inspection", "gallery.html.j2", **values).encode()


@dataclass(frozen=True)
class _Exhibit:
    name: str
    photograph: str
    prior: DiagnosticPrior
    guess: str | None

    @property
    def maps(self) -> list[Drawing]:
        return draw_maps(self.prior)
