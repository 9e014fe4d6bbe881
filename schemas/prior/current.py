"""The version of the prior that is written today, under names without a version."""

from schemas.prior.blur import Blur, BlurKind, BlurParameters
from schemas.prior.finding import VISIBLE_SEVERITY, AnyFinding
from schemas.prior.haze import Haze, HazeParameters
from schemas.prior.noise import Noise, NoiseParameters
from schemas.prior.rain import Rain, RainParameters
from schemas.prior.v1 import DEGRADATIONS, DegradationName, ImageSize, Provenance, Scene
from schemas.prior.v2 import DiagnosticPriorV2 as DiagnosticPrior

CURRENT_VERSION = 2

__all__ = [
    "CURRENT_VERSION",
    "DEGRADATIONS",
    "VISIBLE_SEVERITY",
    "AnyFinding",
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
