"""Figures that others published on the same data sets; nobody here measured them.

PSNR and SSIM are comparable only where channel, data and training are: `measured` says on which
values they were computed. Methods marked all-in-one restore several degradations with one network,
as this package does; the others were trained for that data set alone.
"""

from dataclasses import asdict, dataclass

import polars as pl

from schemas.evaluation import BenchmarkName

_PROMPTIR = "V. Potlapalli et al., PromptIR, NeurIPS 2023, arXiv 2306.13090"
_MOCE_PAPER = "E. Zamfir et al., MoCE-IR, CVPR 2025, arXiv 2411.18466"
_MOCE = f"{_MOCE_PAPER}; listed by J. Ma et al., EvoIR, arXiv 2512.05104"
_MOCE_COMPILED = f"{_MOCE_PAPER}; read in a compilation of tables, not in a paper"
_NAFNET_ALL = (
    "L. Chen et al., NAFNet, ECCV 2022, retrained by others; listed by W. Jiao et al., SymUNet, "
    "arXiv 2512.10581; read in two summaries"
)
_NAFNET_DOUBTED = f"{_NAFNET_ALL}, by which the SSIM is 0.928 or 0.960"
_RESTORMER = "S. Zamir et al., Restormer, CVPR 2022; measured by mmagic, configs/restormer"
_NAFNET = "L. Chen et al., NAFNet, ECCV 2022; measured by mmagic, configs/nafnet"
_CDD11 = "Y. Guo et al., OneRestore, ECCV 2024, arXiv 2407.04621"
_ELEVEN = "RGB; trained on CDD-11, mean over all 11 sets"
_ALL = "RGB; all-in-one, 3 tasks"
_ALL_FIVE = "RGB; all-in-one, 5 tasks"


@dataclass(frozen=True)
class Published:
    """What one method reached on one data set.

    Attributes:
        method: its name.
        psnr: in dB.
        ssim: 0-1; None if it was not found.
        measured: on which values, and how the method was trained.
        source: where the figure was published.
    """

    method: str
    psnr: float
    ssim: float | None
    measured: str
    source: str


PUBLISHED: dict[BenchmarkName, tuple[Published, ...]] = {
    "ots": (
        Published(
            "SD3 baseline of the paper behind this package",
            18.859,
            None,
            "not known",
            "arXiv 2604.09511, by a summary of others",
        ),
        Published(
            "the paper behind this package",
            19.564,
            None,
            "not known",
            "arXiv 2604.09511, by a summary of others",
        ),
    ),
    "sots": (
        Published("NAFNet", 24.11, 0.928, _ALL, _NAFNET_DOUBTED),
        Published("PromptIR", 30.58, 0.974, _ALL, _PROMPTIR),
        Published("MoCE-IR", 31.34, 0.979, _ALL, _MOCE),
    ),
    "rain100": (
        Published("NAFNet", 33.64, 0.956, f"Rain100L, {_ALL}", _NAFNET_ALL),
        Published("PromptIR", 36.37, 0.972, f"Rain100L, {_ALL}", _PROMPTIR),
        Published("MoCE-IR", 38.57, 0.984, f"Rain100L, {_ALL}", _MOCE),
        Published("Restormer", 39.10, 0.979, "Rain100L, Y; trained on Rain13K", _RESTORMER),
        Published("Restormer", 31.48, 0.906, "Rain100H, Y; trained on Rain13K", _RESTORMER),
    ),
    "gopro": (
        Published("MoCE-IR", 30.05, 0.899, _ALL_FIVE, _MOCE_COMPILED),
        Published("Restormer", 32.93, 0.950, "RGB; trained on GoPro", _RESTORMER),
        Published("NAFNet", 33.72, 0.948, "RGB; trained on GoPro", _NAFNET),
    ),
    "sidd": (
        Published("NAFNet", 40.30, 0.925, "RGB; trained on SIDD, validation blocks", _NAFNET),
    ),
    "cdd11": (
        Published("PromptIR", 25.90, 0.850, _ELEVEN, _CDD11),
        Published("OneRestore", 28.47, 0.878, _ELEVEN, _CDD11),
        Published("MoCE-IR", 29.05, 0.881, _ELEVEN, _MOCE_COMPILED),
    ),
    "folder": (),
}
"""By benchmark, the lowest PSNR first."""


def list_published(benchmark: BenchmarkName) -> pl.DataFrame:
    """Return a table of what others published on a data set, with no row if nothing is known."""
    return pl.DataFrame(
        [asdict(one) for one in PUBLISHED[benchmark]],
        schema={
            "method": pl.String,
            "psnr": pl.Float64,
            "ssim": pl.Float64,
            "measured": pl.String,
            "source": pl.String,
        },
    )
