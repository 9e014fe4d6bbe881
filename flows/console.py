"""Consoles on which text from outside is shown as text, whatever it holds."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from rr_tasks.display import to_lines


class TextConsole(Console):
    """A console that gives terminals no other commands than its own; see `rr_tasks.display`."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render something, and spell out commands that stand in its text."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(to_lines(text), style)


console = TextConsole()
"""Shows results."""

errors = TextConsole(stderr=True)
"""Shows progress, and what went wrong."""
