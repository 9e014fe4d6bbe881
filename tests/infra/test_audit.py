"""The audit of dependencies, by the real pip-audit, which asks a server that knows a few."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

AUDIT = Path(__file__).parents[2] / "infra" / "audit.py"
EVENTS = {"mended": [{"introduced": "0"}, {"fixed": "2.0"}], "open": [{"introduced": "0"}]}


class Advisories(BaseHTTPRequestHandler):
    """Answers as osv.dev does."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        package = query["package"]
        if self.path != "/query":
            self.send_error(404)
            return
        known = EVENTS.get(package["name"])
        ranges = [{"type": "ECOSYSTEM", "events": known}]
        affected = [{"package": package, "ranges": ranges}]
        found = {"id": f"TEST-{package['name']}", "affected": affected}
        body = json.dumps({"vulns": [found]} if known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def advisories() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/query"
        server.shutdown()


def audit(folder: Path, url: str, *pins: str) -> tuple[int, str]:
    """Audit some pins; return the exit status and what was said."""
    requirements = folder / "constraints.txt"
    requirements.write_text("\n".join(pins))
    done = subprocess.run(
        [sys.executable, AUDIT, requirements, "--vulnerability-service", "osv", "--osv-url", url],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_only_what_can_be_mended_fails(tmp_path: Path, advisories: str) -> None:
    status, said = audit(tmp_path, advisories, "mended==1.0", "open==1.0", "sound==1.0")
    assert status == 1
    assert "mended 1.0: TEST-mended, mended in 2.0" in said
    assert "open 1.0: TEST-open, no version mends it yet" in said
    assert "3 of 3 packages were looked up" in said
    status, said = audit(tmp_path, advisories, "open==1.0")
    assert status == 0
    assert "TEST-open" in said


def test_without_an_answer_it_is_said_that_nothing_is_known(
    tmp_path: Path, advisories: str
) -> None:
    status, said = audit(tmp_path, f"{advisories}/gone", "mended==1.0")
    assert status == 0
    assert said.startswith("NOT AUDITED: ")
    assert "vulnerab" not in said
