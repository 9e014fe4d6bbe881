import pytest

from rr_tasks.photographs.kind import describe


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xef\xbb\xbf \n<!DOCTYPE html><html>", "HTML page"),
        (b"<html><body>404</body></html>", "HTML page"),
        (b"\0\0\0\x18ftypmp42" + bytes(20), "a video"),
        (b"\0\0\0\x18ftypcrx " + bytes(20), "raw file"),
        (b"RIFF\0\0\0\0AVI " + bytes(20), "video"),
        (b"\0\5\x16\7" + bytes(20), "AppleDouble"),
        (b"\xff\x0a" + b"\x99" * 20, "JPEG XL"),
        (b"8BPS\0\1", "Photoshop"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\3\4", "ZIP"),
        (bytes(4096), "nothing but zeros"),
        (b'{"error": 403}', "JSON"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    ],
)
def test_what_a_file_is_is_said(data: bytes, words: str) -> None:
    assert words in describe(data)


@pytest.mark.parametrize("data", [b"", b"Dear diary", b"\x99\x98\x97" * 30])
def test_what_its_first_bytes_do_not_tell_is_not_guessed(data: bytes) -> None:
    assert describe(data) is None or data == b""
