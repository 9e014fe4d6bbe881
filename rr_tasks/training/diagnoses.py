"""Reads the diagnoses of the samples of a data set, including failed ones."""

from collections.abc import Iterable, Iterator

from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.stream import Piece, Sample, ShardStream
from schemas.shard import DoneMarker


class DiagnosisStream:
    """Reads pieces of the annotations of a data set; use it in one thread only.

    Args:
        annotations: URL of the annotations.
        markers: done markers of their shards.

    Raises:
        UnknownPriorVersionError: the priors of a shard are from a newer release.
    """

    def __init__(self, annotations: str, markers: Iterable[DoneMarker]) -> None:
        self._annotations, known = annotations, list(markers)
        self._stream = ShardStream(annotations, known, "prior.json")
        self._failures = {marker.shard: marker.failures for marker in known}

    def read(self, piece: Piece) -> Iterator[Sample | None]:
        """Stream the diagnoses of a piece of the data set; None for one that failed.

        Raises:
            ShardDamagedError: the sidecar is missing or cut off; see also `ShardStream.read`.
            ConnectionError, TimeoutError: the network failed several times in a row.
        """
        if not self._failures[piece.shard]:
            yield from self._stream.read(piece)
            return
        # A failed row has no file in the tar, so places in the tar count only the good rows.
        good = [row.status == "ok" for row in shard_rows(self._annotations, piece.shard)]
        wanted, start = good[piece.start : piece.stop], sum(good[: piece.start])
        diagnoses = self._stream.read(Piece(piece.shard, start, start + sum(wanted)))
        for there in wanted:
            yield next(diagnoses) if there else None
