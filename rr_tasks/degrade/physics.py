"""What the physics of every type of degradation provides.

Each type is a class in its own module (`haze.py`, `blur.py`, ...), with one instance in
`rr_tasks.degrade.catalogue`. All other code iterates over these.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from rr_tasks.degrade.color import Values
from rr_tasks.degrade.depth import Depth
from schemas.base import Range
from schemas.prior.degradation import Degradation, Stage
from schemas.prior.finding import MINIMUM_PRESENT_SEVERITY, VISIBLE_SEVERITY, Finding
from schemas.prior.light import Light

FindDepth = Callable[[], Depth]
"""Finds the depth of the scene, (H, W), 0 near to 1 far; called only by types that need it."""

ParametersT = TypeVar("ParametersT", bound=Degradation)


class TypeRanges(Protocol):
    """What a recipe says about a type: its ranges, one of which is of severities or null."""

    @property
    def severity(self) -> Range | None:
        """The range from which severities are drawn; null means that of the recipe."""


RangesT = TypeVar("RangesT", bound=TypeRanges)


@dataclass(frozen=True)
class Pair:
    """A clean photograph and the same photograph degraded, (H, W, 3) values of `light`, 0-1.

    Attributes:
        before: the clean photograph, as the degradations that light met earlier would have changed
            it.
        after: the degraded photograph.
        present: the types that degrade it.
        short_side_px: that of the whole photograph, of which the pair may be a part.
        airlight: brightness of a grey airlight, sRGB-coded, where it is known.
        light: the convention in which the photograph is taken to be degraded.
        whole: whether the pair is the whole photograph, of which alone a map can be drawn.
    """

    before: Values
    after: Values
    present: Collection[str]
    short_side_px: int
    airlight: float | None = None
    light: Light = "linear"
    whole: bool = True


@dataclass(frozen=True)
class Measured(Generic[ParametersT]):
    """A finding, and the clean photograph with that degradation alone, as far as predictable."""

    finding: Finding[ParametersT]
    image: Values


class Physics(ABC, Generic[ParametersT, RangesT]):
    """The physics of one type of degradation.

    Severity, 0-100, is a strictly monotone function of the physical parameters;
    `docs/DEGRADATIONS.md` defines the scale of each type.

    Attributes:
        finding: the model of the type's findings, which also names the type.
        ranges: the model of the type's part of a recipe; recipes without this part use its
            defaults.
        stands_apart: whether it can be told from the other types when it is measured in a mixture.
    """

    finding: type[Finding[ParametersT]]
    ranges: type[RangesT]
    stands_apart: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The type's name in priors and recipes."""
        return self.finding.degradation().name

    @property
    def stage(self) -> Stage:
        """Where light meets the degradation."""
        return self.finding.degradation().stage

    @abstractmethod
    def severity(self, parameters: ParametersT, short_side_px: int) -> float:
        """Return the severity, 0-100, of these parameters in a photograph of this size."""

    @abstractmethod
    def at_severity(
        self, parameters: ParametersT, severity: float, short_side_px: int
    ) -> ParametersT:
        """Return the parameters changed to this severity (above 0): the inverse of `severity`."""

    @abstractmethod
    def add(
        self,
        image: Values,
        severity: float,
        ranges: RangesT,
        rng: np.random.Generator,
        find_depth: FindDepth,
        *,
        light: Light,
    ) -> tuple[Values, ParametersT]:
        """Degrade a photograph.

        Args:
            image: (H, W, 3) values of `light`, 0-1; left as it is.
            severity: 0-100.
            ranges: the ranges of everything but the severity.
            rng: draws from them.
            find_depth: finds how far away everything is.
            light: the convention in which the photograph is degraded.

        Returns:
            The degraded photograph, and the parameters it was degraded with.
        """

    @abstractmethod
    def dilute(self, parameters: ParametersT, share: float) -> ParametersT:
        """Return the parameters after a blend with the clean photograph in their light.

        Args:
            parameters: those of the degraded photograph.
            share: that of the degraded photograph in the blend, above 0, up to 1.
        """

    @abstractmethod
    def measure(self, pair: Pair) -> Measured[ParametersT]:
        """Estimate the parameters and severity in a pair where the type is known to be present."""

    def find(self, parameters: ParametersT, short_side_px: int) -> Finding[ParametersT]:
        """Return the finding with these parameters; it is absent if its severity is below 1."""
        severity = self.severity(parameters, short_side_px)
        if severity < MINIMUM_PRESENT_SEVERITY:
            return self.finding.absent()
        return self.finding(present=True, severity=severity, parameters=parameters)

    def make_consistent(
        self, finding: Finding[ParametersT], short_side_px: int
    ) -> Finding[ParametersT]:
        """Make the parameters of an estimated finding agree with its severity.

        Reasoners estimate both, but the severity more accurately, so the severity decides. It is
        raised to the least that is visible, because something was found. Certainty is not carried
        over.
        """
        if finding.parameters is None:
            return finding
        severity = max(finding.severity, VISIBLE_SEVERITY)
        parameters = self.at_severity(finding.parameters, severity, short_side_px)
        return self.finding(present=True, severity=severity, parameters=parameters)


AnyPhysics = Physics[Any, Any]


def scale_severity(fraction: float) -> float:
    """Convert a measure to a severity, 0-100, given the measure at severity 100."""
    return 100 * min(1.0, max(0.0, fraction))
