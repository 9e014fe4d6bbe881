"""Says what a file is that is none of the formats that are read."""

_STARTS = {
    b"\0\5\x16\7": "what a Mac keeps beside a file (AppleDouble)",
    b"\0\0\0\x0cJXL ": "a JPEG XL image; convert it to PNG",
    b"\xff\x0a": "a JPEG XL image; convert it to PNG",
    b"II\xbc\1": "a JPEG XR image; convert it to PNG",
    b"8BPS": "a Photoshop document; save it as TIFF",
    b"%PDF": "a PDF document",
    b"%!PS": "a PostScript document",
    b"FUJIFILMCCD-RAW": "a camera's raw file; develop it first",
    b"IIRO": "a camera's raw file; develop it first",
    b"IIRS": "a camera's raw file; develop it first",
    b"IIU\0": "a camera's raw file; develop it first",
    b"FOVb": "a camera's raw file; develop it first",
    b"\0\0\1\0": "a Windows icon",
    b"v/1\1": "an OpenEXR image; convert it to TIFF",
    b"PK\3\4": "a ZIP archive or an office document",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x1aE\xdf\xa3": "a video",
    b"RIFF": "a sound or video",
    b"ID3": "a sound",
    b"OggS": "a sound or video",
    b"\0\0\1\xba": "a video",
    b"MZ": "a Windows program",
    b"\x7fELF": "a program",
}
_TEXTS = {
    b"<!doctype html": "an HTML page, perhaps an error message that was saved instead",
    b"<html": "an HTML page, perhaps an error message that was saved instead",
    b"<svg": "an SVG drawing",
    b"<?xml": "an XML document",
    b"{": "a JSON document",
    b"version https://git-lfs": "a pointer of Git LFS; fetch the file itself",
}
_RAW_BRANDS = (b"crx ",)
_START = 512


def describe(data: bytes) -> str | None:
    """Name the kind of a file by its first bytes, and what to do, or None if they do not tell."""
    start = data[:_START]
    for sign, kind in _STARTS.items():
        if start.startswith(sign):
            return kind
    if start[4:8] == b"ftyp":
        return "a camera's raw file; develop it first" if start[8:12] in _RAW_BRANDS else "a video"
    if not data.strip(b"\0"):
        return "nothing but zeros, as an interrupted copy leaves"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for sign, kind in _TEXTS.items():
        if text.startswith(sign):
            return kind
    return None
