"""What is wrong with storage is one clear line, for every job, and no secret is in it."""

import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli
from rr_tasks.storage.files import join, list_files, publish, publish_bytes
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import EDGE_DEFAULT
from schemas.shard import AnnotationSpec, SynthesisSpec, spec_hash
from tests.fault_proxy import shorten_waits
from tests.s3 import BUCKET, READER_KEY, READER_SECRET, S3, SECRET

Set = Callable[..., None]

WRONG_SECRET = "rr/wrong+secret-that-nothing-may-show"
SECRETS = (SECRET, READER_SECRET, WRONG_SECRET)

COMMANDS = {
    "synthesize": ("synthesize", "{s3}/photographs", "{s3}/out", "--samples", "1"),
    "annotate": ("annotate", "{s3}/data"),
    "evaluate": ("evaluate", "{s3}/photographs", "{s3}/out"),
    "train restorer": ("train", "restorer", "{s3}/data", "{s3}/annotations", "{s3}/out"),
    "migrate": ("migrate", "{s3}/old"),
}


@pytest.fixture
def settings(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Set:
    """Changes the settings that lead to the server; the rest of the machine knows no secrets."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("RR_S3_ATTEMPTS", "2")
    shorten_waits(monkeypatch)

    def change(**values: str | None) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"RR_S3_{name.upper()}", value or "")

    return change


@pytest.fixture
def begun(s3: S3, photographs: Path) -> list[str]:
    """What each command reads before it writes for the first time; the URLs of it."""
    data = SynthesisSpec(
        recipe=EDGE_DEFAULT, seed=0, samples=1, shard_size=1, inputs_sha256="0" * 64
    )
    annotations = AnnotationSpec(
        source=spec_hash(data), reasoner=ReasonerIdentity(kind="edge", weights_sha256="0" * 64)
    )
    old = data.model_dump(mode="json", exclude={"migrated_from"}) | {"schema_version": 1}
    publish(next(photographs.iterdir()), join(s3.url, "photographs", "a.png"))
    for name, content in (
        ("data", data.model_dump_json()),
        ("annotations", annotations.model_dump_json()),
        ("old", json.dumps(old)),
    ):
        publish_bytes(content.encode(), join(s3.url, name, "spec.json"))
    return list_files(s3.url)


@pytest.fixture
def no_answer() -> Iterator[str]:
    """An endpoint that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def wrong_secret(change: Set, url: str) -> tuple[str, str]:
    change(secret_key=WRONG_SECRET)
    return url, "wrong secret key; correct RR_S3_SECRET_KEY"


def wrong_access_key(change: Set, url: str) -> tuple[str, str]:
    change(access_key="nobody")
    return url, "unknown access key; correct RR_S3_ACCESS_KEY"


def no_credentials(change: Set, url: str) -> tuple[str, str]:
    change(access_key=None, secret_key=None)
    return url, "no usable credentials; set RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY"


def half_the_credentials(change: Set, url: str) -> tuple[str, str]:
    change(access_key=None)
    return url, "set RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY, both or neither"


def missing_bucket(_: Set, url: str) -> tuple[str, str]:
    return url.replace(BUCKET, "no-such-bucket"), "no such bucket; create it or correct the URL"


def impossible_bucket(_: Set, url: str) -> tuple[str, str]:
    return url.replace(BUCKET, "my photographs"), "no bucket can have this name; correct the URL"


def uncommon_bucket(_: Set, url: str) -> tuple[str, str]:
    return url.replace(BUCKET, "My_Photographs"), "(no such bucket|can have this name); "


def nothing_listens(change: Set, url: str) -> tuple[str, str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        change(endpoint_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    return (
        url,
        r"does not answer \(127.0.0.1:\d+: Connect call failed.*\); check RR_S3_EN",
    )


def unknown_host(change: Set, url: str) -> tuple[str, str]:
    change(endpoint_url="http://no-such-host.invalid")
    return (
        url,
        r"does not answer \(no-such-host.invalid: .+\); check RR_S3_ENDPOINT_URL",
    )


def no_endpoint(change: Set, url: str) -> tuple[str, str]:
    change(endpoint_url="127.0.0.1:9000")
    return url, "RR_S3_ENDPOINT_URL: must be http://HOST or https://HOST"


SITUATIONS = [
    wrong_secret,
    wrong_access_key,
    no_credentials,
    half_the_credentials,
    missing_bucket,
    impossible_bucket,
    uncommon_bucket,
    nothing_listens,
    unknown_host,
    no_endpoint,
]


def error_of(arguments: list[str], caplog: pytest.LogCaptureFixture) -> str:
    """The only error line of a command that fails."""
    with caplog.at_level(logging.INFO):
        result = CliRunner().invoke(cli.app, arguments)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    shown = result.output + caplog.text
    assert "Traceback" not in shown
    assert not any(secret in shown for secret in SECRETS)
    assert not result.stdout
    (line,) = (one for one in result.stderr.splitlines() if one.startswith("Error"))
    return line.removeprefix("Error: ")


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_wrong_is_one_line(
    settings: Set,
    s3: S3,
    caplog: pytest.LogCaptureFixture,
    command: str,
    situation: Callable[[Set, str], tuple[str, str]],
) -> None:
    url, reason = situation(settings, s3.url)
    line = error_of([part.format(s3=url) for part in COMMANDS[command]], caplog)
    assert re.search(reason, line), line
    assert line.startswith((url, "RR_S3_", "set RR_S3_")), line


@pytest.mark.parametrize("command", COMMANDS)
def test_who_may_only_read_gets_one_line_and_leaves_nothing(
    settings: Set, s3: S3, begun: list[str], caplog: pytest.LogCaptureFixture, command: str
) -> None:
    settings(access_key=READER_KEY, secret_key=READER_SECRET)
    line = error_of([part.format(s3=s3.url) for part in COMMANDS[command]], caplog)
    assert line.startswith(s3.url)
    assert "permission denied; check RR_S3_ACCESS_KEY, RR_S3_SECRET_KEY and what they may" in line
    assert list_files(s3.url) == begun


@pytest.mark.parametrize("command", COMMANDS)
def test_an_endpoint_that_says_nothing_is_one_line(
    settings: Set, s3: S3, no_answer: str, caplog: pytest.LogCaptureFixture, command: str
) -> None:
    settings(endpoint_url=no_answer, read_timeout="0.2")
    line = error_of([part.format(s3=s3.url) for part in COMMANDS[command]], caplog)
    assert line.startswith(s3.url)
    assert f"({no_answer[7:]}: nothing came within RR_S3_READ_TIMEOUT); check" in line
