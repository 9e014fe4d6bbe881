"""The physics of a type of degradation: what every type has to provide.

A type is one class in a module of its own (`haze.py`, `blur.py`, ...), and one object of it in
`rr_tasks.degrade.catalogue`. Everything else iterates over those.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.depth import Depth
from schemas.base import Range
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import MINIMUM_PRESENT_SEVERITY, VISIBLE_SEVERITY, Finding

FindDepth = Callable[[], Depth]
"""Finds the depth of the scene, (H, W), 0 near to 1 far; called only by types that need it."""

ParametersT = TypeVar("ParametersT", bound=Degradation)


class TypeRanges(Protocol):
    """What a recipe says about a type: ranges of its own, among them one of severities or null."""

    @property
    def severity(self) -> Range | None:
        """From which severities are drawn; null is the range of the recipe."""


RangesT = TypeVar("RangesT", bound=TypeRanges)


@dataclass(frozen=True)
class Pair:
    """A clean photograph and the same one degraded, (H, W, 3) linear light, 0-1.

    Attributes:
        before: the clean one, as the degradations that light met earlier would have changed it.
        after: the degraded one.
        present: all that degrades it.
        short_side_px: of the whole photograph, of which the pair may be a part.
        light: brightness of a grey airlight, sRGB-coded, where it is known.
    """

    before: Linear
    after: Linear
    present: Collection[str]
    short_side_px: int
    light: float | None = None


@dataclass(frozen=True)
class Measured(Generic[ParametersT]):
    """A finding, and the clean photograph with that degradation alone, as far as predictable."""

    finding: Finding[ParametersT]
    image: Linear


class Physics(ABC, Generic[ParametersT, RangesT]):
    """The physics of one type of degradation.

    Severity, 0-100, is a strictly monotone function of the physical parameters;
    `docs/DEGRADATIONS.md` has the scale of each type.

    Attributes:
        finding: the model of its findings, which also names the type.
        ranges: the model of its part of a recipe; recipes without that part use the defaults.
        stands_apart: whether it can be told apart from the other types when measured in a mixture.
    """

    finding: type[Finding[ParametersT]]
    ranges: type[RangesT]
    stands_apart: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """What priors and recipes call it."""
        return self.finding.degradation().name

    @property
    def stage(self) -> Stage:
        """Where light meets it."""
        return self.finding.degradation().stage

    @abstractmethod
    def severity(self, parameters: ParametersT, short_side_px: int) -> float:
        """The severity, 0-100, of these parameters in a photograph of this size."""

    @abstractmethod
    def at_severity(
        self, parameters: ParametersT, severity: float, short_side_px: int
    ) -> ParametersT:
        """The parameters changed to have this severity (above 0): the inverse of `severity`."""

    @abstractmethod
    def add(
        self,
        image: Linear,
        severity: float,
        ranges: RangesT,
        rng: np.random.Generator,
        find_depth: FindDepth,
    ) -> tuple[Linear, ParametersT]:
        """Degrade a photograph.

        Args:
            image: (H, W, 3) linear light, 0-1; left as it is.
            severity: 0-100.
            ranges: of everything but the severity.
            rng: draws from them.
            find_depth: finds how far away everything is.

        Returns:
            The degraded photograph, and the parameters it was degraded with.
        """

    @abstractmethod
    def dilute(self, parameters: ParametersT, share: float) -> ParametersT:
        """The parameters after blending with the clean photograph in linear light.

        Args:
            parameters: of the degraded photograph.
            share: of the degraded photograph in the blend, above 0, up to 1.
        """

    @abstractmethod
    def measure(self, pair: Pair) -> Measured[ParametersT]:
        """Estimate the parameters and severity in a pair where the type is known to be present."""

    def find(self, parameters: ParametersT, short_side_px: int) -> Finding[ParametersT]:
        """The finding with these parameters; absent if its severity is below 1."""
        severity = self.severity(parameters, short_side_px)
        if severity < MINIMUM_PRESENT_SEVERITY:
            return self.finding.absent()
        return self.finding(present=True, severity=severity, parameters=parameters)

    def make_consistent(
        self, finding: Finding[ParametersT], short_side_px: int
    ) -> Finding[ParametersT]:
        """Make the parameters of an estimated finding agree with its severity.

        Reasoners estimate both, and the severity best, so the severity decides. It is raised to the
        least visible one, or nothing would have been found. Certainty is not carried over.
        """
        if finding.parameters is None:
            return finding
        severity = max(finding.severity, VISIBLE_SEVERITY)
        parameters = self.at_severity(finding.parameters, severity, short_side_px)
        return self.finding(present=True, severity=severity, parameters=parameters)


AnyPhysics = Physics[Any, Any]


def scale_severity(fraction: float) -> float:
    """The severity of a physical measure, a share of the one at 100; it is cut off at 0 and 100."""
    return 100 * min(1.0, max(0.0, fraction))
