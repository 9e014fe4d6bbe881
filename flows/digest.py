"""The note on the page of a run of the whole pipeline: what was made, how good it is, and where."""

from flows.markdown import write_pairs, write_places, write_table, write_text
from flows.restore import describe_run
from rr_tasks.summary.figures import compare_restorers
from rr_tasks.summary.made import Made
from rr_tasks.summary.page import list_reports, show_interval


def write_digest(made: Made, report: str) -> str:
    """Write the note, in Markdown.

    Args:
        made: what the pipeline made.
        report: URL of the whole report.
    """
    parts = [
        f"**{write_text(made.verdict.reason)}**",
        write_text(describe_run(made.restored)),
        write_pairs(made.restored.parameters.output),
        "## How good is it?",
        "PSNR in dB, and the severity of all types that a second reasoner still finds, with 95 % "
        "intervals over photographs.",
        write_table(_compare(made)),
        "## What was made",
        write_places(_list_places(made)),
        "## Read more",
        write_places({"the whole report": report, **list_reports(made)}),
    ]
    return "\n\n".join(filter(None, parts))


def _compare(made: Made) -> list[dict[str, str]]:
    return [
        {
            "photographs": one.name,
            "samples": f"{one.samples:,}",
            "degraded": show_interval(one.before),
            "restored so far": show_interval(one.so_far),
            "by the candidate": show_interval(one.candidate),
            "gain": show_interval(one.gain),
            "severity so far": show_interval(one.severity[0], places=0),
            "severity by the candidate": show_interval(one.severity[1], places=0),
        }
        for one in compare_restorers(made.so_far, made.measured)
    ]


def _list_places(made: Made) -> dict[str, str]:
    return {
        "data set": made.shards,
        "priors": made.annotations,
        "candidate": made.candidate.label,
        "restorer in use": made.in_use.label,
        "evaluation": made.evaluation,
        "restored photographs": made.restored.parameters.output,
    }
