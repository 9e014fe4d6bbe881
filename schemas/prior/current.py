"""The version of the prior that is written today, under names without a version."""

from schemas.prior.v1 import (
    DEGRADATIONS,
    VISIBLE_SEVERITY,
    BlurKind,
    BlurParameters,
    DegradationName,
    HazeParameters,
    ImageSize,
    NoiseParameters,
    Provenance,
    RainParameters,
    Scene,
)
from schemas.prior.v2 import Blur, Haze, Noise, Rain
from schemas.prior.v2 import DiagnosticPriorV2 as DiagnosticPrior

CURRENT_VERSION = 2

__all__ = [
    "CURRENT_VERSION",
    "DEGRADATIONS",
    "VISIBLE_SEVERITY",
    "Blur",
    "BlurKind",
    "BlurParameters",
    "DegradationName",
    "DiagnosticPrior",
    "Haze",
    "HazeParameters",
    "ImageSize",
    "Noise",
    "NoiseParameters",
    "Provenance",
    "Rain",
    "RainParameters",
    "Scene",
]
