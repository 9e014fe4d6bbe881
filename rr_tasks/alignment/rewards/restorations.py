"""What is rewarded: restorations, beside the photographs that they are of."""

from collections.abc import Sequence
from dataclasses import dataclass

from rr_tasks.photographs.pixels import Bytes


@dataclass(frozen=True)
class Restorations:
    """Restorations of any photographs, with an entry for each in all lists.

    Attributes:
        degraded: the photographs, (H, W, 3) sRGB bytes. Where several restorations are of one
            photograph, the same array stands for it, and is judged once.
        restored: what was made of each, of the same shape.
        clean: the truth, of the same shape; None where nobody knows it.
    """

    degraded: Sequence[Bytes]
    restored: Sequence[Bytes]
    clean: Sequence[Bytes | None]

    def __len__(self) -> int:
        return len(self.restored)
