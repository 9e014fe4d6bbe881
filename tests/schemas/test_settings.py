"""One model describes the S3 service, and keeps its secrets to itself."""

import pickle
import traceback
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.pretty import Pretty

from schemas.settings import S3Settings, UnusableSettingsError, s3_settings

SECRETS = ("very/secret+key", "very-secret-token")


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(("SECRET_KEY", "SESSION_TOKEN"), SECRETS, strict=True):
        monkeypatch.setenv(f"RR_S3_{name}", value)
    monkeypatch.setenv("RR_S3_ACCESS_KEY", "somebody")


@pytest.mark.usefixtures("secret")
def test_no_rendering_shows_a_secret() -> None:
    settings = s3_settings()
    console = Console(file=StringIO(), width=300)
    console.print(settings, Pretty(settings), repr(settings))
    with console.capture() as captured:
        try:
            raise RuntimeError(settings)
        except RuntimeError:
            console.print_exception(show_locals=True)
            plain = traceback.format_exc()
    shown = [
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        str(settings.model_dump()),
        plain,
        captured.get(),
        console.file.getvalue(),  # type: ignore[attr-defined]
    ]
    for text in shown:
        assert not any(secret in text for secret in SECRETS)
    assert "somebody" not in "".join(shown)


@pytest.mark.usefixtures("secret")
def test_the_libraries_get_the_secrets() -> None:
    settings = s3_settings()
    assert (settings.s3fs_options()["secret"], settings.s3fs_options()["token"]) == SECRETS
    options = settings.polars_options()
    assert (options["aws_secret_access_key"], options["aws_session_token"]) == SECRETS
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ACCESS_KEY", "", "set RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY, both or neither"),
        ("PROFILE", "mine", "set RR_S3_PROFILE or RR_S3_ACCESS_KEY, not both"),
        ("ENDPOINT_URL", "http://me:very/secret+key@host", "RR_S3_ENDPOINT_URL: a URL must"),
        ("ATTEMPTS", "0", "RR_S3_ATTEMPTS: Input should be greater than or equal to 1"),
        ("READ_TIMEOUT", "inf", "RR_S3_READ_TIMEOUT: "),
        ("ADDRESSING_STYLE", "very-secret-token", "RR_S3_ADDRESSING_STYLE: Input should be 'auto'"),
    ],
)
def test_what_makes_no_sense_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(f"RR_S3_{name}", value)
    with pytest.raises(UnusableSettingsError) as caught:
        s3_settings()
    assert str(caught.value).startswith(reason)
    shown = "".join(traceback.format_exception(caught.value))
    assert not any(secret in shown for secret in SECRETS)


def test_a_misspelt_name_is_told_with_the_known_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "RR_S3_ENDPIONT_URL: no such setting; there are RR_S3_ENDPOINT_URL, RR_S3_REGION, "
    (tmp_path / ".env").write_text("OTHER=1\nRR_S3_ENDPIONT_URL=http://me:very/secret+key@host\n")
    with pytest.raises(UnusableSettingsError, match=told) as caught:
        s3_settings()
    assert SECRETS[0] not in str(caught.value)
    (tmp_path / ".env").write_text("OTHER=1\nRR_S3_REGION=here\n")
    assert s3_settings().region == "here"
    monkeypatch.setenv("RR_S3_ENDPIONT_URL", "http://host")
    with pytest.raises(UnusableSettingsError, match=told):
        s3_settings()


def test_variables_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RR_S3_REGION", "here")
    first = s3_settings()
    assert s3_settings() is first
    monkeypatch.setenv("RR_S3_REGION", "there")
    assert s3_settings().region == "there"


def test_nothing_set_leaves_it_to_the_variables_of_aws() -> None:
    options = S3Settings().s3fs_options()
    assert options.keys() == {"config_kwargs"}
    assert options["config_kwargs"]["retries"] == {"total_max_attempts": 5, "mode": "standard"}
    assert not any(name.startswith("aws") for name in S3Settings().polars_options())
