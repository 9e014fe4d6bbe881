"""What was measured of work that several workers did together."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Speed:
    """How much several workers did in some seconds, and their peak memory in MiB.

    The first quarter warms up and is counted in neither; `first_peak_mib` is read after it.
    `sha256` holds the digests of what was made, which depend neither on the workers nor on what
    else runs.
    """

    workers: int
    amount: float
    seconds: float
    first_peak_mib: float
    last_peak_mib: float
    sha256: tuple[str, ...]

    @property
    def per_second(self) -> float:
        """Speed from end to end."""
        return self.amount / self.seconds
