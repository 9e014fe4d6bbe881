"""Questions to parquet files, with credentials from wherever they come."""

from pathlib import Path

import polars as pl
import pytest

from rr_tasks.storage.failure import AccessDeniedError
from rr_tasks.storage.files import exists, publish
from rr_tasks.storage.tables import publish_csv, query_tables
from tests.s3 import KEY, S3, SECRET

ROWS = pl.DataFrame({"number": [1, 2, 3]})


@pytest.fixture
def table(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A parquet file on the server, whose keys nobody knows any more."""
    ROWS.write_parquet(tmp_path / "rows")
    publish(tmp_path / "rows", f"{s3.url}/rows.parquet")
    for name in ("RR_S3_ACCESS_KEY", "RR_S3_SECRET_KEY", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return f"{s3.url}/rows.parquet"


def known(profile: str, folder: Path) -> None:
    """Write down the keys of a profile."""
    (folder / "AWS_SHARED_CREDENTIALS_FILE").write_text(
        f"[{profile}]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    )


def test_a_profile_answers(table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known("team", tmp_path)
    monkeypatch.setenv("RR_S3_PROFILE", "team")
    assert exists(table)
    assert query_tables([table], lambda rows: rows).equals(ROWS)


def test_the_endpoint_may_be_that_of_the_profile(
    s3: S3, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known("far", tmp_path)
    (tmp_path / "AWS_CONFIG_FILE").write_text(
        f"[profile far]\nregion = us-east-1\nendpoint_url = {s3.endpoint}\n"
    )
    monkeypatch.setenv("RR_S3_PROFILE", "far")
    monkeypatch.delenv("RR_S3_ENDPOINT_URL")
    assert exists(table)
    assert query_tables([table], lambda rows: rows).equals(ROWS)


def test_a_program_that_lends_keys_answers(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent = f'{{"Version": 1, "AccessKeyId": "{KEY}", "SecretAccessKey": "{SECRET}"}}'
    (tmp_path / "lent").write_text(lent)
    (tmp_path / "AWS_CONFIG_FILE").write_text(
        f"[profile lent]\ncredential_process = cat {tmp_path}/lent\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "lent")
    assert query_tables([table], lambda rows: rows).equals(ROWS)


def test_a_missing_profile_is_named(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RR_S3_PROFILE", "no-such-profile")
    with pytest.raises(AccessDeniedError, match="no profile 'no-such-profile'"):
        query_tables([table], lambda rows: rows)
    with pytest.raises(AccessDeniedError, match="no profile 'no-such-profile'"):
        exists(table)


def test_no_credentials_at_all_are_told(table: str) -> None:
    with pytest.raises(AccessDeniedError, match="no usable credentials"):
        query_tables([table], lambda rows: rows)


def test_text_stays_text_in_a_spreadsheet(tmp_path: Path) -> None:
    table = pl.DataFrame({"name": ["=1+1", "a\x1b[2J,b", None], "gain": [-0.123456, 2.0, 3.0]})
    publish_csv(table, str(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_text() == (
        'name,gain\n\'=1+1,-0.1235\n"a\\x1b[2J,b",2.0000\n,3.0000\n'
    )
