import pytest

from rr_tasks.storage.names import to_display, to_path, to_text


@pytest.mark.parametrize("path", ["a.jpg", "ünïcode 日本/a b.jpg", "new\nline.jpg", "100%41.jpg"])
def test_a_readable_path_is_itself(path: str) -> None:
    assert to_text(path) == path
    assert to_path(path) == path


def test_a_latin_1_name_survives_as_text_and_back() -> None:
    path = b"caf\xe9/50%.jpg".decode("utf-8", "surrogateescape")
    text = to_text(path)
    text.encode("utf-8")
    assert to_path(text) == path
    assert to_display(text) == "caf%E9/50%25.jpg"
