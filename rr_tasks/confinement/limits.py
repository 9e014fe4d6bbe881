"""What a piece of work may take, and what is said if it takes more."""

from dataclasses import dataclass

from schemas.errors import ExpectedError

MIB = 2**20


class LimitError(ExpectedError, RuntimeError):
    """A piece of work took, or would take, more than it may; the message says of what."""


class CrashError(ExpectedError, RuntimeError):
    """The process of a piece of work ended in the middle of it."""


@dataclass(frozen=True)
class Limits:
    """What each step of a piece of work may take.

    Attributes:
        seconds: of time.
        memory: of its process, in bytes.
    """

    seconds: float
    memory: int

    def check_memory(self, needed: int) -> None:
        """Refuse work of which it is known beforehand that it takes so many bytes.

        Raises:
            LimitError: they are too many.
        """
        if needed > self.memory:
            raise LimitError(
                f"it takes {needed / MIB:.0f} MiB of memory or more, and the limit is "
                f"{self.memory / MIB:.0f} MiB (max_memory)"
            )

    def check_use(self, seconds: float, memory: int) -> None:
        """Refuse to go on with work that has taken so much.

        Raises:
            LimitError: it is too much.
        """
        if seconds > self.seconds:
            raise LimitError(f"it takes more than the limit of {self.seconds:g} s (max_seconds)")
        if memory > self.memory:
            raise LimitError(
                f"it takes more memory than the limit of {self.memory / MIB:.0f} MiB (max_memory)"
            )
