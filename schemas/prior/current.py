"""The version of the prior that is written today, under names without a version."""

from schemas.prior.blur import Blur, BlurParameters
from schemas.prior.finding import VISIBLE_SEVERITY, AnyFinding
from schemas.prior.haze import Haze, HazeParameters
from schemas.prior.kernel import Kernel
from schemas.prior.light import Light
from schemas.prior.noise import Noise, NoiseParameters
from schemas.prior.noise_channels import NoiseChannels
from schemas.prior.rain import Rain, RainParameters
from schemas.prior.transmission_map import TransmissionMap
from schemas.prior.v1 import DEGRADATIONS, BlurKind, DegradationName, ImageSize, Provenance, Scene
from schemas.prior.v3 import DiagnosticPriorV3 as DiagnosticPrior

CURRENT_VERSION = 3

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
    "Kernel",
    "Light",
    "Noise",
    "NoiseChannels",
    "NoiseParameters",
    "Provenance",
    "Rain",
    "RainParameters",
    "Scene",
    "TransmissionMap",
]
