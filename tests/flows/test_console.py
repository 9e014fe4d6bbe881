import io

import pytest
from hypothesis import example, given
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from flows.console import TextConsole
from tests.rr_tasks.test_display import HOSTILE, TEXT, is_seen


@pytest.mark.fuzz
@given(TEXT)
@example(HOSTILE)
def test_a_terminal_gets_no_commands_from_text(text: str) -> None:
    written = io.StringIO()
    console = TextConsole(file=written, width=80)
    table = Table(text)
    table.add_row(Text(text))
    console.print(escape(text), Text(text), table, soft_wrap=True)
    console.print(text, markup=False)
    assert is_seen(written.getvalue().replace("\n", ""))


def test_commands_of_the_console_itself_are_kept() -> None:
    written = io.StringIO()
    console = TextConsole(file=written, force_terminal=True, color_system="standard")
    console.print(f"[bold]{escape(HOSTILE)}[/bold]", soft_wrap=True, highlight=False)
    # rich itself leaves out bells
    assert written.getvalue() == "\x1b[1ma\\x1b[2J\\x1b]0;mine\\u202egpj.exe\x1b[0m\n"
    with Progress(console=console) as bars:
        bars.add_task(HOSTILE)
    shown = written.getvalue()
    assert "\x1b[2K" in shown
    assert "\x1b[2J" not in shown
