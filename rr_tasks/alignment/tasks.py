"""The task of a runner that aligns, or goes on from a checkpoint."""

from rr_tasks.alignment.run import run_alignment
from rr_tasks.progress import Progress, report
from rr_tasks.threads import compute_in_threads, compute_threads
from schemas.parameters.alignment import AlignParameters


def align_task(parameters: AlignParameters) -> str:
    """See `rr_tasks.alignment.run.run_alignment`; it uses every core."""
    compute_in_threads(compute_threads())
    return run_alignment(parameters, _report)


def _report(step: int, means: dict[str, float]) -> None:
    report(Progress("align restorer", step, figures=means))
