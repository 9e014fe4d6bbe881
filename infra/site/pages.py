"""What the site consists of: the pages of the repository as they are, and the reference of `rr`.

A page keeps its path in the repository, so links between pages hold there and on the site, and the
strict build checks them.
"""

import subprocess
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel

ROOT = Path(__file__).parents[2]
SHOWN = ("README.md", "SECURITY.md", "docs/*", "infra/README.md", "infra/photos/README.md")
LINKED = (
    "infra/prefect.yaml",
    "infra/containers/Dockerfile",
    "infra/samples/CREDITS",
    "schemas/published/*.json",
)
REFERENCE = "docs/CLI.md"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replace the files of `docs_dir` by those of the repository, under their paths there."""
    for file in [*files.documentation_pages(), *files.media_files()]:
        if Path(file.abs_src_path or "").is_relative_to(config.docs_dir):
            files.remove(file)
    for pattern in SHOWN + LINKED:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            files.append(_included(config, name, abs_src_path=str(path)))
    files.append(_included(config, REFERENCE, content=describe_commands()))
    return files


def describe_commands() -> str:
    """Return the page of all commands, arguments and options, as Typer writes it."""
    application = ("flows.cli.commands", "utils", "docs", "--name", "rr")
    command = [sys.executable, "-m", "typer", *application, "--title", "The command line"]
    done = subprocess.run(  # noqa: S603 - commands of this file
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def _included(config: MkDocsConfig, name: str, **source: str) -> File:
    return File.generated(config, name, inclusion=InclusionLevel.INCLUDED, **source)
