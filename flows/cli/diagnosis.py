"""`rr diagnose`: says what degrades photographs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.beginning import begin
from flows.cli.failure import complain
from flows.cli.models import ReasonerModel, ReasonerName, ReasonerSetting, Tier, choose_reasoner
from flows.cli.options import Exclude, Include
from flows.cli.result import print_json
from flows.console import console
from schemas.errors import ExpectedError

if TYPE_CHECKING:  # --help must answer at once
    from rr_tasks.inspection.gallery import Gallery
    from rr_tasks.photographs.pixels import Pixels
    from rr_tasks.photographs.selection import Selection
    from rr_tasks.reasoner.protocol import Reasoner
    from schemas.diagnosis import Diagnosis


def diagnose(
    photographs: Annotated[
        list[str], typer.Argument(help="One or more photographs, or folders of them.")
    ],
    json: Annotated[
        bool,
        typer.Option("--json", help="Print a JSON line for each photograph: path and prior."),
    ] = False,
    html: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Write a single-file page with photographs and their maps."
        ),
    ] = None,
    include: Include = None,
    exclude: Exclude = None,
    tier: Tier = "edge",
    reasoner: ReasonerName = None,
    reasoner_model: ReasonerModel = None,
    reasoner_setting: ReasonerSetting = None,
) -> None:
    """Say what degrades photographs, how badly, and what to undo first.

    Of a folder, with all folders below it, each photograph is a line of a table: severity and
    probability of what was found. Maps of haze and the spread of blur are shown of single
    photographs, and on the page of the first 200.

    Example: [bold]rr diagnose holiday.jpg[/bold], or [bold]rr diagnose ~/Pictures --html
    look.html[/bold], or for scripts [bold]rr diagnose ~/Pictures --json[/bold].
    """
    choice = choose_reasoner(tier, reasoner, reasoner_model, reasoner_setting, alone=True)
    begin("Loading the reasoner")
    from flows.cli.show.diagnosis import show, show_header, show_line
    from rr_tasks.inspection.gallery import Gallery
    from rr_tasks.photographs.selection import Selection
    from rr_tasks.reasoner.load import load_reasoner
    from rr_tasks.storage.names import to_display

    model = load_reasoner(choice)
    selection = Selection(include or (), exclude or ())
    gallery, failures = Gallery(), 0

    def fail(message: str) -> None:
        nonlocal failures
        failures += 1
        complain(message)

    for source in photographs:
        folder = _is_folder(source)
        headed = json or not folder
        for url in _find(source, selection, fail) if folder else (source,):
            try:
                diagnosis, pixels = _diagnose(model, url)
            except ExpectedError as error:
                fail(str(error))
                continue
            if html:
                gallery.add(diagnosis, pixels)
            name = to_display(diagnosis.path)
            if json:
                print_json(diagnosis.model_dump_json())
            elif not folder:
                show(console, name, diagnosis.prior, diagnosis.guess)
            else:
                if not headed:
                    show_header(console)
                    headed = True
                show_line(console, name, diagnosis.prior, diagnosis.guess)
    if html:
        _write_page(gallery, html, quiet=json)
    raise typer.Exit(1 if failures else 0)


def _is_folder(url: str) -> bool:
    from rr_tasks.photographs.walk import walk
    from rr_tasks.storage.file import locate
    from rr_tasks.storage.folders import open_folder
    from rr_tasks.storage.local_folder import LocalFolder

    folder = open_folder(url)
    if isinstance(folder, LocalFolder):
        return Path(folder.url).is_dir()
    return locate(url).status() is None and next(iter(walk(folder)), None) is not None


def _find(url: str, selection: "Selection", fail: Callable[[str], None]) -> Iterator[str]:
    """Yield the URLs of the photographs in a folder."""
    from rr_tasks.photographs.walk import PHOTOGRAPH, walk
    from rr_tasks.storage.folders import open_folder

    folder, any_found = open_folder(url), False
    walked = walk(folder, selection)
    for entry in walked:
        if entry.kind == PHOTOGRAPH:
            any_found = True
            yield folder.at(entry.path)
    for unreadable in walked.unreadable:
        fail(f"Folder could not be listed: {unreadable}")
    if not any_found:
        fail(f"{url}: no photographs here, judging by the ends of the names")


def _diagnose(model: "Reasoner", url: str) -> tuple["Diagnosis", "Pixels"]:
    from flows.cli.show.diagnosis import read
    from rr_tasks.reasoner.diagnosis import UndiagnosedError
    from rr_tasks.reasoner.diagnosis import diagnose as diagnose_photograph
    from rr_tasks.reasoner.evidence import explain_guess
    from rr_tasks.storage.names import to_text
    from schemas.diagnosis import Diagnosis

    pixels = read(url)
    try:
        prior = diagnose_photograph(model, pixels)
    except UndiagnosedError as error:
        raise UndiagnosedError(f"{url}: {error}") from error
    return Diagnosis(path=to_text(url), prior=prior, guess=explain_guess(pixels)), pixels


def _write_page(gallery: "Gallery", html: str, *, quiet: bool) -> None:
    from rr_tasks.storage.files import publish_bytes

    publish_bytes(gallery.render(), html)
    if not quiet:
        console.print(f"written: {html}", soft_wrap=True, highlight=False, markup=False)
