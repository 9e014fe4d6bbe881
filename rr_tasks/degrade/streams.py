"""Named random streams: what is drawn for one purpose never depends on another."""

import hashlib

import numpy as np

# Their place here decides what they draw, so it never changes. Every other name has a stream that
# follows from the name, so that nobody who adds a purpose alters what is drawn for others.
_NUMBERED = ("haze", "blur", "rain", "noise", "depth", "jpeg", "partial")


class Streams:
    """The streams of one photograph.

    Args:
        rng: the source of all streams; another object made from it has different ones.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._streams = dict(zip(_NUMBERED, rng.spawn(len(_NUMBERED)), strict=True))
        self._seed = self._streams[_NUMBERED[0]].bit_generator.seed_seq.generate_state(4)

    def __getitem__(self, name: str) -> np.random.Generator:
        """Return the stream of a name, which continues each time it is used."""
        if name not in self._streams:
            digest = hashlib.sha256(name.encode()).digest()
            seed = [*map(int, self._seed), int.from_bytes(digest[:16])]
            self._streams[name] = np.random.default_rng(seed)
        return self._streams[name]
