"""A small Hugging Face Hub on this machine, for the official client to download from."""

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import constants

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Serves folders as models, each of one commit.

    Attributes:
        url: of the server.
        models: folders by the names of their models.
        sent: paths of the files that were sent, in order.
        broken: the end of the names of files of which only half is sent.
    """

    def __init__(self) -> None:
        self.models: dict[str, Path] = {}
        self.sent: list[str] = []
        self.broken = "?"
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent."""

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path).strip("/")
        for name, folder in self.hub.models.items():
            if path.startswith(f"api/models/{name}"):
                found = _list_files(folder) if "/tree/" in path else {"id": name, "sha": COMMIT}
                self._send(json.dumps(found).encode(), with_body=True)
                return
            wanted = path.removeprefix(f"{name}/resolve/{COMMIT}/")
            if wanted != path and (folder / wanted).is_file():
                content = (folder / wanted).read_bytes()
                if with_body:
                    self.hub.sent.append(wanted)
                sent = len(content) // 2 if wanted.endswith(self.hub.broken) else None
                self._send(content, with_body=with_body, sent=sent)
                return
        self.send_error(404)

    def _send(self, content: bytes, *, with_body: bool, sent: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if with_body:
            self.wfile.write(content[:sent])


def _list_files(folder: Path) -> list[dict[str, Any]]:
    return [
        {
            "type": "file",
            "path": path.relative_to(folder).as_posix(),
            "size": path.stat().st_size,
            "oid": hashlib.sha1(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub that the client asks instead of the real one, with an empty cache."""
    served = Hub()
    files = served.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", served.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", files)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path_factory.mktemp("hub-cache")))
    yield served
    served.close()
