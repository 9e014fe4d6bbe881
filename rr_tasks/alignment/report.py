"""Shows people how an alignment went: its curves, and the same photographs by step."""

import json
from typing import Any

from markupsafe import Markup

from rr_tasks.alignment.guard import REWARD, find_losses, judge
from rr_tasks.alignment.run import SAMPLES
from rr_tasks.inspection.chart import draw_chart
from rr_tasks.inspection.data_uri import write_picture
from rr_tasks.storage.files import exists, join, list_paths, publish_bytes, read_bytes
from rr_tasks.template import render
from rr_tasks.training.guard import Measures

REPORT = "report.html"

_SHOWN = 12
"""Sheets on the page, spread over the steps."""

_TITLES = {
    "reward_total": "reward",
    "reward_severity": "reward: severity removed",
    "reward_local": "reward: severity removed by regions",
    "reward_scene": "reward: same scene",
    "reward_fidelity": "reward: fidelity",
    "reward_naturalness": "reward: naturalness",
    "groups_spreadless": "groups without spread (share)",
    "groups_finished": "groups that are good already (share)",
    "members_unjudged": "restorations without a judgement (share)",
    "clipped": "clipped (share)",
    "kl": "divergence from the start (KL)",
    "ratio": "ratio to the policy that restored",
    "ratio_spread": "spread of the ratio",
    "gradient_norm": "norm of the gradients",
    "guard_psnr": "withheld photographs: PSNR, dB",
    "guard_ssim": "withheld photographs: SSIM",
    "guard_reward": "withheld photographs: reward",
}
"""What is drawn first, in words; whatever else the log holds follows under its own name."""

_NOT_DRAWN = {"step", "lr"}
_GUARD = "guard_"

Row = dict[str, Any]


def read_log(folder: str) -> list[Row]:
    """Read the rows of a run's log: of steps, and of what the guard saw (`guard_...`)."""
    url = join(folder, "log.jsonl")
    return [json.loads(line) for line in read_bytes(url).decode().splitlines()]


def list_samples(folder: str) -> list[tuple[int, str]]:
    """List the steps of which there are sheets of samples, and their URLs, the first step first."""
    root = join(folder, SAMPLES)
    return sorted(
        (int(name.partition(".")[0]), join(root, name))
        for name in list_paths(root)
        if name.partition(".")[0].isdigit()
    )


def draw_curves(rows: list[Row]) -> dict[str, str]:
    """Draw everything that a log holds, each figure as an SVG; by name, the reward first."""
    names = {name: None for row in rows for name in row if name not in _NOT_DRAWN}
    ordered = [name for name in _TITLES if name in names]
    ordered += [name for name in names if name not in _TITLES]
    charts = {
        name: draw_chart(
            _TITLES.get(name, name.replace("_", " ")),
            [(row["step"], row[name]) for row in rows if name in row],
        )
        for name in ordered
    }
    return {name: chart for name, chart in charts.items() if chart is not None}


def describe(rows: list[Row]) -> str:
    """Say in a sentence which weights are the result, and what the guard saw of them.

    Rewards of steps say little, because each step restores other photographs.
    """
    looks = [row for row in rows if f"{_GUARD}{REWARD}" in row]
    if not looks:
        return "Nothing was learned."
    history = [_measures(row) for row in looks]
    kept = max(at for at in range(len(looks)) if judge(history[: at + 1]) == "keep")
    if not kept:
        lost = sorted({name for measures in history for name in find_losses(history[0], measures)})
        how = f" or lost fidelity ({', '.join(lost)})" if lost else ""
        return f"The result is the restorer that the run began with: others were no better{how}."
    before, after = history[0], history[kept]
    return (
        f"The result is step {looks[kept]['step']:,}: on withheld photographs, the reward went "
        f"from {before[REWARD]:.3f} to {after[REWARD]:.3f}, and PSNR from {before['psnr']:.2f} to "
        f"{after['psnr']:.2f} dB."
    )


def _measures(row: Row) -> Measures:
    return {
        name.removeprefix(_GUARD): value for name, value in row.items() if name.startswith(_GUARD)
    }


def write_report(folder: str) -> str:
    """Write the page about a run into its folder, and return its URL.

    The same run gives the same page.
    """
    rows, sheets = read_log(folder), list_samples(folder)
    note = join(folder, "run.json")
    page = render(
        "alignment",
        "report.html.j2",
        title="Alignment",
        folder=folder,
        summary=describe(rows),
        curves=[Markup(svg) for svg in draw_curves(rows).values()],  # noqa: S704 - drawn here
        sheets=[(step, write_picture(read_bytes(url), url)) for step, url in _spread(sheets)],
        record=read_bytes(note).decode() if exists(note) else "",
    )
    url = join(folder, REPORT)
    publish_bytes(page.encode(), url)
    return url


def _spread(sheets: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Pick the first, the last and some between them, if there are many."""
    if len(sheets) <= _SHOWN:
        return sheets
    return [sheets[place * (len(sheets) - 1) // (_SHOWN - 1)] for place in range(_SHOWN)]
