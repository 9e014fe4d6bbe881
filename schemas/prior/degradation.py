"""What the schema of every type of degradation provides.

Each type is a class in its own module (`haze.py`, `blur.py`, ...): its physical parameters, and
their form in numbers and in words. All other code iterates over the types.
"""

from abc import abstractmethod
from collections.abc import Mapping
from enum import IntEnum
from typing import ClassVar, Self

from schemas.base import Strict
from schemas.prior.number import Length, Number, say_in_pixels


class Stage(IntEnum):
    """Where light meets a degradation on its way to the file; undone in reverse order."""

    SCENE = 0
    AIR = 1
    FALL = 2
    LENS = 3
    SENSOR = 4


class Degradation(Strict):
    """The physical parameters of one type of degradation.

    Attributes:
        name: the field of the prior that holds its finding.
        stage: where light meets it.
        evidence: what shows that it is present, as the beginning of a sentence.
        counterevidence: what shows that it is absent, likewise.
        signs: other words for the evidence.
        countersigns: other words for the counterevidence.
        numbers: how a vision-language model writes those of its parameters that are numbers
            (`schemas.prior.written`).
        entry_names: the entries of the parameters in a prior's vector, in order.
        mirrored: those of them that change sign when the photograph is mirrored left to right.
        lengths: those that are lengths in pixels, and change with the size of the photograph.
        colour: the red, green and blue of its colour, if it has one.
        choice: those of which one is 1 and the others are 0, if it comes in several kinds.
        maps: the parameters that say more than a vector or words can; null if not estimated.
    """

    name: ClassVar[str]
    stage: ClassVar[Stage]
    evidence: ClassVar[str]
    counterevidence: ClassVar[str]
    signs: ClassVar[tuple[str, ...]] = ()
    countersigns: ClassVar[tuple[str, ...]] = ()
    numbers: ClassVar[Mapping[str, Number]] = {}
    entry_names: ClassVar[tuple[str, ...]]
    mirrored: ClassVar[tuple[str, ...]] = ()
    lengths: ClassVar[tuple[str, ...]] = ()
    colour: ClassVar[tuple[str, ...]] = ()
    choice: ClassVar[tuple[str, ...]] = ()
    maps: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def entries(self) -> list[float]:
        """Return the parameters as numbers of about 0-1, in the order of `entry_names`."""

    @classmethod
    @abstractmethod
    def from_entries(cls, entries: Mapping[str, float]) -> Self:
        """Read `entries` back; values outside their physical range are clamped."""

    @abstractmethod
    def summarize(self) -> str:
        """Summarize the parameters in a few words, for a table."""

    @abstractmethod
    def explain(self, length: Length = say_in_pixels) -> str:
        """Complete the sentence that begins with the evidence, the type and its severity."""

    def mirror(self) -> Self:
        """Return the parameters for the photograph mirrored left to right."""
        return self

    def without_maps(self) -> Self:
        """Return the parameters without their maps."""
        return self.model_copy(update=dict.fromkeys(self.maps))

    def noun(self) -> str:
        """The name of the degradation in a sentence."""
        return self.name
