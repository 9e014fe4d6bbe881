"""Shows a few samples of a data set as small pictures, reading only the start of some tars."""

from dataclasses import dataclass

from rr_tasks.inspection.data_uri import write_photograph
from rr_tasks.inspection.maps import Drawing, draw_maps
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import NoShardsError, done_shards
from rr_tasks.shards.spec import read_spec
from rr_tasks.shards.stream import Piece, Sample, ShardStream, unpack
from rr_tasks.shards.writer import ShardDamagedError
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.shard import BesideSpec, IngestSpec


@dataclass(frozen=True)
class Picture:
    """A sample: both photographs as data URIs of JPEGs, and its diagnosis."""

    key: str
    degraded: str
    clean: str
    prior: DiagnosticPrior

    @property
    def maps(self) -> list[Drawing]:
        """The maps of the diagnosis."""
        return draw_maps(self.prior)


def pick_pictures(folder: str, count: int) -> tuple[list[Picture], list[str]]:
    """Pick samples from shards that are spread evenly over the data set.

    The first of these shards contributes its first sample, the next one its second, and so on, so
    that recipes that cycle through the mixtures show different ones.

    Args:
        folder: URL of a data set; annotations have no photographs, so nothing is shown of them.
        count: how many samples at most.

    Returns:
        The pictures, and for each sample that cannot be read, what is damaged.

    Raises:
        UnknownPriorVersionError: a prior is newer than this release; the message names its sample.
    """
    spec = read_spec(folder)
    if isinstance(spec, BesideSpec) or (
        isinstance(spec, IngestSpec) and spec.layout == "photographs"
    ):
        return [], []  # there are no pairs
    try:
        markers = done_shards(folder)
    except NoShardsError:
        return [], []
    stream = ShardStream(folder, markers, "clean.png", "degraded.png", "prior.json")
    chosen = [markers[number * len(markers) // count] for number in range(count)]
    places = dict.fromkeys(
        (marker.shard, number % marker.samples)
        for number, marker in enumerate(chosen)
        if marker.samples
    )
    pictures, damaged = [], []
    for shard, place in places:
        try:
            pictures.append(_picture(next(stream.read(Piece(shard, place, place + 1)))))
        except ShardDamagedError as error:
            damaged.append(str(error))
    return pictures, damaged


def _picture(sample: Sample) -> Picture:
    return Picture(
        key=sample["__key__"],
        degraded=unpack(sample, "degraded.png", _write),
        clean=unpack(sample, "clean.png", _write),
        prior=unpack(sample, "prior.json", load_prior),
    )


def _write(png: bytes) -> str:
    return write_photograph(decode_png(png))
