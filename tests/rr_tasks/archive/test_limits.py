"""A photograph that takes too much fails with the reason, and the others are restored."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive import reader
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.confinement import process
from rr_tasks.storage.folders import open_folder
from schemas.archive import Counts, RestoreParameters
from tests.rr_tasks.confinement import works


def run(parameters: RestoreParameters, engine: Any) -> Counts:
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    return finish(parameters, plan, chunks, engine.identity).counts


def reasons(parameters: RestoreParameters) -> dict[str, str | None]:
    output = open_folder(parameters.output)
    rows = [row for chunk in chunk_ids(output) for row in last_rows(output, chunk).values()]
    return {row.path: row.reason for row in rows if row.status == "failed"}


def wide_png(make: Any, width: int, height: int) -> bytes:
    """A PNG of 16 bits with opacity, of nothing but zeros, in little space."""
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    packer = zlib.compressobj(1)
    row = bytes(1 + 8 * width)
    body = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(make.png_chunk(*chunk) for chunk in chunks)


def test_pixels_that_take_too_much_memory_are_not_even_decoded(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    whole = wide_png(make, 10, 10)
    claim = make.png_chunk(b"IHDR", struct.pack(">IIBBBBB", 6000, 4000, 16, 6, 0, 0, 0))
    (archive / "wide.png").write_bytes(whole[:8] + claim + whole[8 + len(claim) :])
    small = parameters.model_copy(update={"max_memory": 256})
    assert run(small, engine) == Counts(restored=6, failed=1)
    assert reasons(small) == {
        "wide.png": "it takes 366 MiB of memory or more, and the limit is 256 MiB (max_memory)"
    }


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is not told here")
def test_decoding_that_takes_too_much_memory_is_ended(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    (archive / "2019" / "hidden.png").write_bytes(wide_png(make, 4000, 4000))  # 244 MiB at least
    small = parameters.model_copy(update={"max_memory": 256})
    assert run(small, engine) == Counts(restored=6, failed=1)
    assert reasons(small) == {
        "2019/hidden.png": "it takes more memory than the limit of 256 MiB (max_memory)"
    }


def test_a_photograph_that_takes_too_long_or_crashes_its_decoder_stops_no_others(
    parameters: RestoreParameters, engine: Any, monkeypatch: pytest.MonkeyPatch, archive: Path
) -> None:
    stuck, crash = (archive / f"2019/IMG_{number}.jpg" for number in (1, 3))
    works_for = {stuck.read_bytes(): (works.last, 60.0), crash.read_bytes(): (works.crash, 0)}

    def confined(function: Any, source: bytes, *arguments: Any) -> Any:
        return process.confined(*works_for.get(source, (function, source, *arguments)))

    monkeypatch.setattr(reader, "confined", confined)
    hasty = parameters.model_copy(update={"max_seconds": 2.0})
    failed = {
        "2019/IMG_1.jpg": "it takes more than the limit of 2 s (max_seconds)",
        "2019/IMG_3.jpg": "a decoder or encoder crashed on it (SIGSEGV)",
    }
    assert run(hasty, engine) == Counts(restored=4, failed=2)
    assert reasons(hasty) == failed
    works_for.clear()
    assert run(hasty, engine) == Counts(restored=2, skipped=4)  # they are tried again
