"""What the restorers of a study gain, with intervals."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Gains = npt.NDArray[np.float64]
Case = tuple[str, ...]
"""What tells measurements apart: an arm of the study, a recipe, ..."""

_DRAWS = 1000


def tabulate(
    gains: Mapping[Case, Gains], columns: Sequence[str], baseline: Callable[[Case], Case]
) -> pl.DataFrame:
    """Compute mean gains, and how they differ from those of another case.

    Args:
        gains: by case, the mean gain in dB for each seed and photograph.
        columns: what the entries of a case are.
        baseline: names the case that a case is compared with.

    Returns:
        A row for each, with 95 % intervals: seeds and photographs are both resampled, the same ones
        for both sides of a difference (Owen 2007, The pigeonhole bootstrap).
    """
    rows = []
    for case, values in gains.items():
        row: dict[str, object] = dict(zip(columns, case, strict=True))
        for name, figure in (("gain", values), ("over_baseline", values - gains[baseline(case)])):
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


def write_markdown(table: pl.DataFrame, baseline: str) -> str:
    """Lay out a table of `tabulate` for the documentation, where the baseline is called so."""
    columns = table.columns[: table.columns.index("gain")]
    heads = [*columns, "gain, dB", f"more than {baseline}, dB"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in table.iter_rows(named=True):
        figures = (
            f"{row[name]:+.2f} ({row[f'{name}_low']:+.2f} to {row[f'{name}_high']:+.2f})"
            for name in ("gain", "over_baseline")
        )
        lines.append(f"| {' | '.join([*(row[name] for name in columns), *figures])} |")
    return "\n".join(lines) + "\n"


def average(rows: pl.DataFrame) -> Gains:
    """Return the mean gain of each photograph, in the order of their names."""
    means = rows.group_by("photograph").agg(pl.col("gain").mean()).sort("photograph")
    return means["gain"].to_numpy()
