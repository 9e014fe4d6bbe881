"""The site holds every page, and a reference of every command."""

import re

import yaml

from infra.site import pages
from tests.flows.cli.test_help import COMMANDS
from tests.pages import PAGES, ROOT, name_page


def test_the_reference_describes_every_command() -> None:
    described = set(re.findall(r"^#+ `rr (.+)`$", pages.describe_commands(), re.MULTILINE))
    assert set(COMMANDS) <= described


def test_the_navigation_leads_to_every_page() -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    led_to = set(re.findall(r"[\w/]+\.md", str(settings["nav"])))
    assert led_to == {*map(name_page, PAGES), pages.REFERENCE}
