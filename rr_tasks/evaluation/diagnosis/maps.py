"""Scores the maps of a diagnosis: where haze is how thick, and the kernel of a blur.

What counts is what a diagnosis says. Haze without a map counts as even, of its mean transmission:
the shape that a restorer then guesses from the photograph is no merit of the diagnosis. A blur
without a kernel counts as the one of its kind, extent and angle, as which a restorer takes it.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from rr_tasks.evaluation.images.metrics import psnr
from rr_tasks.evaluation.interval import compute_intervals
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.deconvolution import Deconvolution, draw_point_spread
from schemas.prior.blur import BlurParameters
from schemas.prior.current import DiagnosticPrior, Haze
from schemas.prior.transmission_map import MAP_SIDE

Weights = npt.NDArray[np.float64]

SCORES = ("map_error", "kernel_correlation", "wiener_true", "wiener_found")
_SHIFT_PX = 2


def score_maps(
    truth: DiagnosticPrior, found: DiagnosticPrior, clean: Bytes, degraded: Bytes
) -> dict[str, float]:
    """Score the maps of a finding against the true ones.

    Args:
        truth: what degrades the photograph, with its maps.
        found: the diagnosis.
        clean: (H, W, 3) sRGB bytes.
        degraded: likewise.

    Returns:
        Those of `SCORES` that there is something to score for. `map_error`: mean absolute error of
        the transmission over all cells where haze is present; one that was not found counts as
        clear air. `kernel_correlation`: see `correlate`, where blur is present and was found.
        `wiener_true` and `wiener_found`: gain in dB of a Wiener filter with the true kernel and
        with the one that was found, where nothing but blur is present and it was found.
    """
    scores = {}
    if truth.haze.parameters is not None:
        off = np.abs(_transmission(found.haze) - _transmission(truth.haze))
        scores["map_error"] = float(off.mean())
    spread, guessed = truth.blur.parameters, found.blur.parameters
    if spread is not None and guessed is not None:
        scores["kernel_correlation"] = correlate(spread, guessed)
        if tuple(truth.present()) == ("blur",):
            before = psnr(degraded, clean)
            for name, blur in (("wiener_true", spread), ("wiener_found", guessed)):
                sharpen = Deconvolution(blur, noise=0.0)
                sharp = sharpen.convention.write(sharpen(degraded))
                scores[name] = psnr(sharp, clean) - before
    return scores


def correlate(one: BlurParameters, other: BlurParameters) -> float:
    """Compare two point spreads, drawn in pixels, whatever the positions of their centres.

    Returns:
        Their largest normalized correlation over all shifts of up to two pixels, from 0 to 1, the
        kernel similarity of Hu and Yang ("Good regions to deblur", 2012).
    """
    first, second = (draw_point_spread(blur).astype(np.float64) for blur in (one, other))
    side = max(len(first), len(second))
    first, second = _pad(first, side), _pad(second, side + 2 * _SHIFT_PX)
    windows = np.lib.stride_tricks.sliding_window_view(second, first.shape)
    products = np.tensordot(windows, first, axes=2)
    return float(products.max() / np.sqrt((first**2).sum() * (second**2).sum()))


def summarize_maps(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Compute the mean of each score with its 95 % interval, for each source.

    Args:
        rows: `source`, `photograph` and the `SCORES`.
        seed: decides the draws of the intervals.

    Returns:
        `source`, `figure` (one of `SCORES`), `samples`, `value`, `low` and `high`.
    """
    figures = [
        (source, score, part[score].count(), *interval)
        for (source,), part in rows.group_by("source", maintain_order=True)
        for score, interval in compute_intervals(
            part, {score: [pl.col(score)] for score in SCORES}, seed
        ).items()
    ]
    means = dict.fromkeys(("value", "low", "high"), pl.Float64)
    columns = {"source": pl.String, "figure": pl.String, "samples": pl.Int64, **means}
    return pl.DataFrame(figures, schema=columns, orient="row")


def _transmission(haze: Haze) -> Weights:
    shape = (MAP_SIDE, MAP_SIDE)
    if haze.parameters is None:
        return np.ones(shape)
    given = haze.parameters.transmission_map
    return np.full(shape, haze.parameters.transmission) if given is None else np.array(given.rows)


def _pad(kernel: Weights, side: int) -> Weights:
    return np.pad(kernel, (side - len(kernel)) // 2)
