"""Finds the photograph among the directories of a TIFF file, and what else there is."""

from collections import deque
from dataclasses import dataclass, replace

from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.formats.directory import Dialect, Directory, follow, read_directory

MAX_DIRECTORIES = 100
"""More are not read: the file is a document, or made to take for ever."""

_SIZE = 256, 257
_SUBFILE, _OLD_SUBFILE, _SUBDIRECTORIES = 254, 255, 330
_REDUCED, _MASKS = 1, 4 | 8  # bits of a subfile's type; a depth map is a mask, too
_OLD_REDUCED = 2
_JPEG_THUMBNAIL = 513
_PHOTOMETRIC, _DNG_VERSION = 262, 50706
_RAW = {32803, 34892}  # colour filter array, linear raw


@dataclass(frozen=True)
class Pages:
    """The pictures of a file.

    Attributes:
        first: the first directory, which decoders show.
        reduced: smaller copies of it: thumbnails, previews and the levels of a pyramid.
        masks: what applies to the photograph and stays true when it is restored.
        others: more pictures of full size.
        whole: whether all directories were read.
    """

    first: Directory
    reduced: tuple[Directory, ...]
    masks: tuple[Directory, ...]
    others: tuple[Directory, ...]
    whole: bool


def read_pages(data: bytes) -> Pages:
    """Read all directories of pictures, up to a limit.

    Raises:
        UnreadablePhotographError: the file is damaged, or a camera's raw file.
    """
    directories, whole = _walk(data)
    if not directories:
        raise UnreadablePhotographError("the TIFF data is damaged or truncated")
    if any(map(_is_raw, directories)) or data[8:10] == b"CR":
        raise UnreadablePhotographError(
            "it is a camera's raw file, which is not supported; develop it first"
        )
    first, *rest = directories
    reduced = tuple(page for page in rest if _is_reduced(page, first))
    masks = tuple(page for page in rest if page.number(_SUBFILE) & _MASKS)
    others = tuple(page for page in rest if page not in (*reduced, *masks))
    return Pages(first, reduced, masks, others, whole)


def is_reduced(directory: Directory) -> bool:
    """Tell whether a directory says that its picture is a smaller copy of another."""
    kind = directory.number(_SUBFILE)
    return bool(kind & _REDUCED) or directory.number(_OLD_SUBFILE) == _OLD_REDUCED


def _walk(data: bytes) -> tuple[list[Directory], bool]:
    """Return the directories, and whether these are all.

    Some writers list the directories in a tag and also chain them, so that two links lead to one.
    """
    dialect = Dialect.of(data)
    directories: list[Directory] = []
    numbers: dict[int, int] = {}  # by place
    links = deque([] if dialect is None else [(dialect.first, -1)])
    while links and dialect is not None:
        link, holder = links.popleft()
        known = numbers.get(follow(data, dialect, link))
        if known is not None:
            if known <= holder:
                raise UnreadablePhotographError(
                    "the TIFF data is damaged: its directories form a loop"
                )
            again = directories[known]
            directories[known] = replace(again, references=(*again.references, link))
            continue
        directory = read_directory(data, dialect, link)
        if directory is None:
            continue
        number = len(directories)
        if number == MAX_DIRECTORIES:
            return directories, False
        numbers[directory.place] = number
        directories.append(directory)
        links += [(one, number) for one in (*directory.links(_SUBDIRECTORIES), directory.next)]
    return directories, True


def _is_raw(page: Directory) -> bool:
    return page.find(_DNG_VERSION) is not None or page.number(_PHOTOMETRIC) in _RAW


def _is_reduced(page: Directory, first: Directory) -> bool:
    """Tell whether a page is a smaller copy of the first, which some writers do not say."""
    sides = [(page.number(side), first.number(side)) for side in _SIZE]
    fits = all(size <= full for size, full in sides)
    unnamed = page.find(_SUBFILE) is None and page.find(_JPEG_THUMBNAIL) is not None
    return fits and (is_reduced(page) or unnamed) and not page.number(_SUBFILE) & _MASKS
