"""The version of the prior that is written today, under names without a version."""

from schemas.prior.v1 import (
    DEGRADATIONS,
    VISIBLE_SEVERITY,
    Blur,
    BlurKind,
    BlurParameters,
    DegradationName,
    Haze,
    HazeParameters,
    ImageSize,
    Noise,
    NoiseParameters,
    Provenance,
    Rain,
    RainParameters,
    Scene,
)
from schemas.prior.v1 import DiagnosticPriorV1 as DiagnosticPrior

CURRENT_VERSION = 1

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
