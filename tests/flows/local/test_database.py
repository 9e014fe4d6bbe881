from pathlib import Path

import pytest

from flows.local.database import DatabaseError, check_database, holds_password, read_url


def test_the_driver_is_the_one_that_the_server_needs() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+asyncpg"):
        assert str(read_url(f"{scheme}://me@here/rr")) == "postgresql+asyncpg://me@here/rr"


@pytest.mark.parametrize(
    "wrong", ["mysql://me:geheim@here/rr", "geheim", "postgresql://me:geheim@"]
)
def test_another_database_is_refused_without_repeating_it(wrong: str) -> None:
    with pytest.raises(DatabaseError, match=r"postgresql://USER@HOST/NAME") as error:
        read_url(wrong)
    assert "geheim" not in str(error.value)


def test_passwords_are_seen_wherever_they_stand() -> None:
    assert holds_password("postgresql://me:geheim@here/rr")
    assert holds_password("postgresql://me@here/rr?password=geheim")
    assert not holds_password("postgresql://me@here/rr")


def test_a_folder_keeps_its_database(tmp_path: Path) -> None:
    check_database(tmp_path, None)
    check_database(tmp_path, None)
    with pytest.raises(DatabaseError, match="keeps its runs in a file in the folder, not in post"):
        check_database(tmp_path, "postgresql://me:geheim@127.0.0.1:9/rr")


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(
        DatabaseError, match=r"asyncpg://me:\*\*\*@127.0.0.1:9/rr does not"
    ) as error:
        check_database(tmp_path, "postgresql://me:geheim@127.0.0.1:9/rr")
    assert "geheim" not in str(error.value)
    assert not (tmp_path / "database").exists()
