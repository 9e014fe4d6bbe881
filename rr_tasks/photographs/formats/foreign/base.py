"""What formats have in common that are read and not written."""

from abc import ABC, abstractmethod

import pyvips

from rr_tasks.photographs.formats.base import Facts


class ForeignFormat(ABC):
    """One of them; see `ReadableFormat`."""

    name: str

    @abstractmethod
    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""

    @abstractmethod
    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file, upright."""

    @abstractmethod
    def lossy(self, data: bytes) -> bool:
        """Tell whether its coding lost something, so that JPEG is good enough for it."""

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse nothing."""
        del data, facts
        return None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose the coding."""
        del data, facts
        return (f"{self.name} coding",)
