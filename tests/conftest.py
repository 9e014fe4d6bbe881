"""What tests share: how priors are drawn, small photographs, a data set, untrained networks, S3.

A prior is drawn with `hypothesis.strategies.from_type(DiagnosticPrior)`.
"""

import os

from schemas.network import ReasonerShape, RestorerShape

os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st

from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.spec import open_dataset
from schemas.prior.current import (
    Blur,
    BlurParameters,
    DiagnosticPrior,
    Haze,
    HazeParameters,
    ImageSize,
    Kernel,
    Noise,
    NoiseChannels,
    NoiseParameters,
    Provenance,
    Rain,
    RainParameters,
    Scene,
    TransmissionMap,
)
from schemas.prior.text import undo_order, write_reasoning
from schemas.prior.transmission_map import MAP_SIDE
from schemas.recipe import DegradationRecipe, JpegRecipe

pytest_plugins = [
    "tests.s3",
    "tests.fault_proxy",
    "tests.loggers",
    "tests.browser",
    "tests.toys",
    "tests.hub",
    "tests.dask_cluster",
]

torch.set_num_threads(1)
cv2.setNumThreads(1)
settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("fuzz", max_examples=20_000, deadline=None, print_blob=True)
settings.load_profile("quick")

SAMPLES = Path(__file__).parents[1] / "infra" / "samples" / "train"


def _floats(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


_unit = _floats(0.0, 1.0)
_angles = _floats(0.0, 179.99)
_severities = _floats(1.0, 100.0)
_lights = st.sampled_from(("linear", "coded"))
_generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def _findings(model: type, parameters: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    certainty = {
        "probability": st.none() | _unit,
        "severity_std": st.none() | _floats(0.0, 100.0),
    }
    found = st.builds(
        model, present=st.just(True), severity=_severities, parameters=parameters, **certainty
    )
    absent = st.builds(model, present=st.just(False), severity=st.just(0.0), **certainty)
    return st.one_of(absent, found)


def _transmission_map(rng: np.random.Generator) -> TransmissionMap:
    return TransmissionMap(rows=rng.random((MAP_SIDE, MAP_SIDE)).tolist())


def _kernel(rng: np.random.Generator) -> Kernel:
    weights = rng.random((side := int(rng.integers(0, 17)) * 2 + 1, side))
    return Kernel(rows=(weights / weights.sum()).tolist(), cell_px=float(rng.uniform(0.1, 9.0)))


def _with_map(parameters: HazeParameters, rng: np.random.Generator | None) -> HazeParameters:
    if rng is None:
        return parameters
    drawn = _transmission_map(rng)
    return parameters.model_copy(update={"transmission_map": drawn, "transmission": drawn.mean()})


def _axis_of(parameters: BlurParameters) -> BlurParameters:
    if parameters.kind == "defocus":
        return parameters.model_copy(update={"angle_deg": 0.0})
    return parameters


_haze = _findings(
    Haze,
    st.builds(
        _with_map,
        st.builds(
            HazeParameters,
            atmospheric_light=st.tuples(_unit, _unit, _unit),
            transmission=_unit,
            beta=_floats(0.0, 8.0),
            light=_lights,
        ),
        st.none() | _generators,
    ),
)
_blur = _findings(
    Blur,
    st.builds(
        BlurParameters,
        kind=st.sampled_from(("motion", "defocus", "gaussian")),
        extent_px=_floats(0.5, 200.0),
        angle_deg=_angles,
        light=_lights,
        kernel=st.none() | _generators.map(_kernel),
    ).map(_axis_of),
)
_rain = _findings(
    Rain,
    st.builds(
        RainParameters,
        density=_unit,
        length_px=_floats(1.0, 300.0),
        angle_deg=_angles,
        opacity=_unit,
        light=_lights,
    ),
)
_deviations = _floats(0.0, 0.3)
_of_channels = st.tuples(_deviations, _deviations, _deviations)
_noise = _findings(
    Noise,
    st.builds(
        NoiseParameters,
        sigma=_deviations,
        gain=_deviations,
        light=_lights,
        channels=st.none() | st.builds(NoiseChannels, sigma=_of_channels, gain=_of_channels),
    ),
)


def _prior(haze: Haze, blur: Blur, rain: Rain, noise: Noise, words: str) -> DiagnosticPrior:
    findings = (haze, blur, rain, noise)
    fields: dict[str, Any] = {"order": undo_order(findings), "reasoning": write_reasoning(findings)}
    return DiagnosticPrior(
        image=ImageSize(width=640, height=480),
        haze=haze,
        blur=blur,
        rain=rain,
        noise=noise,
        scene=Scene(description=words, objects=(words,)),
        provenance=Provenance(source="teacher", author=words),
        **fields,
    )


st.register_type_strategy(
    DiagnosticPrior, st.builds(_prior, _haze, _blur, _rain, _noise, st.text(max_size=20))
)


@pytest.fixture
def prior() -> DiagnosticPrior:
    """A photograph with all four degradations."""
    return _prior(
        Haze(
            present=True,
            severity=40.0,
            parameters=HazeParameters(
                atmospheric_light=(0.8, 0.82, 0.85), transmission=0.7, beta=0.9
            ),
        ),
        Blur(
            present=True,
            severity=30.0,
            parameters=BlurParameters(kind="motion", extent_px=7.0, angle_deg=30.0),
        ),
        Rain(
            present=True,
            severity=20.0,
            parameters=RainParameters(density=0.03, length_px=30.0, angle_deg=100.0, opacity=0.6),
        ),
        Noise(present=True, severity=60.0, parameters=NoiseParameters(sigma=0.02, gain=0.03)),
        "A square photograph, mainly green.",
    )


@pytest.fixture
def photograph() -> np.ndarray:
    """A shipped photograph, 192 x 128, (H, W, 3) sRGB bytes."""
    return _lemur().copy()


@cache
def _lemur() -> np.ndarray:
    image = cv2.imread(str(SAMPLES / "explore_world_animals__lemur.webp"), cv2.IMREAD_COLOR_RGB)
    return np.asarray(cv2.resize(image, (192, 128), interpolation=cv2.INTER_AREA))


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three shipped photographs, shrunk to 144 x 128, which no test may change."""
    folder = tmp_path_factory.mktemp("photographs")
    for path in sorted(SAMPLES.glob("*.webp"))[:3]:
        small = cv2.resize(cv2.imread(str(path)), (144, 128), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / f"{path.stem}.png"), small)
        os.utime(folder / f"{path.stem}.png", ns=(10**18, 10**18))  # only old files are remembered
    return folder


@pytest.fixture(scope="session")
def grid() -> DegradationRecipe:
    """Squares of 128 pixels, clean and with each of the 15 mixtures, never saved as JPEG."""
    return DegradationRecipe(
        name="grid", size=128, sampling="grid", jpeg=JpegRecipe(probability=0.0)
    )


@pytest.fixture(scope="session")
def dataset(
    photographs: Path, grid: DegradationRecipe, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A synthesized data set of 48 samples in two shards of 32 and 16."""
    spec, urls = plan_synthesis(str(photographs), grid, 7, None, 32)
    folder = open_dataset(str(tmp_path_factory.mktemp("shards")), spec, urls)
    for shard in (0, 1):
        synthesize_shard(folder, spec, str(photographs), shard)
    return folder


@pytest.fixture
def reasoner_network() -> Callable[[int], ReasonerNetwork]:
    """Makes untrained reasoners; by their seed they find this or that, often out of range."""

    def make(seed: int) -> ReasonerNetwork:
        torch.manual_seed(seed)
        network = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16))
        torch.nn.init.normal_(network.get_parameter("head.3.bias"), std=2.0)
        return network.eval()

    return make


@pytest.fixture
def restorer_network() -> Callable[..., RestorerNetwork]:
    """Makes small restorers that change nothing, or a little at random if `noise` is given."""
    shape = RestorerShape(width=8, encoder=(1, 1, 1), middle=1, decoder=(1, 1, 1), embedding=16)

    def make(noise: float = 0.0, *, guides: bool = False) -> RestorerNetwork:
        torch.manual_seed(0)
        network = RestorerNetwork(shape.model_copy(update={"guides": guides}))
        if noise:
            torch.nn.init.normal_(network.leave.weight, std=noise)
        return network.eval()

    return make
