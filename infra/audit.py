"""Looks up whether the pinned dependencies are known to be vulnerable, by pip-audit.

    python infra/audit.py constraints.txt [OPTIONS OF PIP-AUDIT]

Vulnerabilities that a newer version mends fail, and others are only named. Where the service does
not answer, or knows none of the packages, as a mirror of PyPI may, nothing is found out: that is
said, and does not fail. To go on despite a vulnerability, add `--ignore-vuln ID` to the Makefile,
with the reason why it does no harm here.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

log = logging.getLogger("audit")

Package = dict[str, Any]
"""Of pip-audit: its name, and either its version and vulnerabilities or why it was skipped."""


def main(arguments: Sequence[str]) -> int:
    """Ask pip-audit, tell what came of it, and return the exit status."""
    packages, failure = ask(*arguments)
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        reason = failure or "the service knows none of the packages"
        log.warning("NOT AUDITED: %s", reason)
        return 0
    lines, mendable = describe(packages)
    for line in lines:
        log.warning(line)
    log.info("%d of %d packages were looked up", len(packages) - len(unknown), len(packages))
    if unknown:
        log.info("not audited: %s", ", ".join(unknown))
    return 1 if mendable else 0


def ask(requirements: str, *options: str) -> tuple[list[Package], str]:
    """Return what pip-audit found out about each package; if nothing, the end of its error."""
    done = subprocess.run(  # noqa: S603 - a program of ours with the arguments of whoever runs it
        [
            *(sys.executable, "-m", "pip_audit", "--requirement", requirements, "--no-deps"),
            *("--disable-pip", "--progress-spinner", "off", "--format", "json", *options),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        return [], (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    return json.loads(done.stdout)["dependencies"], ""


def describe(packages: Sequence[Package]) -> tuple[list[str], int]:
    """Return a line for each vulnerability, and how many of them a newer version mends."""
    lines, mendable = [], 0
    for package in packages:
        for found in package.get("vulns", []):
            mended = ", ".join(found["fix_versions"])
            mendable += bool(mended)
            remedy = f"mended in {mended}" if mended else "no version mends it yet"
            lines.append(f"{package['name']} {package['version']}: {found['id']}, {remedy}")
    return lines, mendable


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    sys.exit(main(sys.argv[1:]))
