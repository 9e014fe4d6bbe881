"""What restorers gain, by what they read and whose priors they are given."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

Gains = npt.NDArray[np.float64]
Case = tuple[str, str, str]
"""A recipe, what an arm reads, and the priors that it is given."""

BASELINE = ("nothing", "none")
_DRAWS = 1000


def tabulate(gains: Mapping[Case, Gains]) -> pl.DataFrame:
    """Compute mean gains, and how they differ from those of the arm that reads nothing.

    Args:
        gains: by recipe, arm and priors, the mean gain in dB for each seed and photograph.

    Returns:
        A row for each, with 95 % intervals: seeds and photographs are both resampled, the same ones
        for both sides of a difference (Owen 2007, The pigeonhole bootstrap).
    """
    rows = []
    for (recipe, reads, priors), values in gains.items():
        row: dict[str, object] = {"recipe": recipe, "reads": reads, "priors": priors}
        baseline = gains[recipe, *BASELINE]
        for name, figure in (("gain", values), ("over_nothing", values - baseline)):
            low, high = np.quantile(_resample(figure), (0.025, 0.975))
            row |= {name: figure.mean(), f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    return pl.DataFrame(rows)


def _resample(values: Gains) -> Gains:
    """Return the means of resampled seeds and photographs, for values (seeds, photographs)."""
    rng = np.random.default_rng(0)
    seeds, photographs = values.shape
    times = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=_DRAWS) / seeds
    shares = rng.multinomial(photographs, np.full(photographs, 1 / photographs), size=_DRAWS)
    return np.asarray(np.einsum("ds,sp,dp->d", times, values, shares / photographs))


def write_markdown(table: pl.DataFrame) -> str:
    """Lay out a table of `tabulate` for the documentation."""
    lines = [
        "| recipe | reads | priors | gain, dB | more than reading nothing, dB |",
        "|---|---|---|---|---|",
    ]
    for row in table.iter_rows(named=True):
        gain, over = (
            f"{row[name]:+.2f} ({row[f'{name}_low']:+.2f} to {row[f'{name}_high']:+.2f})"
            for name in ("gain", "over_nothing")
        )
        lines.append(f"| {row['recipe']} | {row['reads']} | {row['priors']} | {gain} | {over} |")
    return "\n".join(lines) + "\n"
