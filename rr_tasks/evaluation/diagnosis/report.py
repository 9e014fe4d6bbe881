"""Writes an assessment: the predictions, the figures, and a page for people."""

import io
import json

import polars as pl

from rr_tasks.evaluation.diagnosis.figures import Figures
from rr_tasks.evaluation.diagnosis.picture import draw_confusion, draw_reliability
from rr_tasks.evaluation.diagnosis.section import Section, make_sections
from rr_tasks.plural import say_count
from rr_tasks.storage.files import join, publish_all
from rr_tasks.template import render
from schemas.assessment import AssessmentSpec


def write_assessment(
    output: str, spec: AssessmentSpec, rows: pl.DataFrame, figures: Figures
) -> str:
    """Write `assessment.parquet`, `.json`, `.md` and `.html`, and the pictures as SVG.

    The same rows give the same bytes.

    Returns:
        URL of the page.
    """
    table = io.BytesIO()
    rows.write_parquet(table)
    reliability = draw_reliability(figures.reliability)
    confusion = draw_confusion(figures.confusion)
    tables = make_sections(figures)
    summary = _summary(spec, rows)
    page = _page(spec, summary, tables, reliability, confusion)
    contents = {
        "assessment.parquet": table.getvalue(),
        "assessment.json": _json(spec, figures).encode(),
        "assessment.md": _markdown(summary, tables).encode(),
        "reliability.svg": reliability.encode(),
        "confusion.svg": confusion.encode(),
        "assessment.html": page.encode(),
    }
    publish_all({join(output, name): content for name, content in contents.items()})
    return join(output, "assessment.html")


def _summary(spec: AssessmentSpec, rows: pl.DataFrame) -> str:
    used = rows.filter(pl.col("error").is_null())
    undiagnosed = len(used) - used["undiagnosed"].null_count()
    summary = (
        f"{say_count(used['photograph'].n_unique(), 'photograph')}, "
        f"{say_count(len(used), 'sample')}, seed {spec.seed}, "
        f"{say_count(spec.rounds, 'round')} of draws; {spec.reasoner}."
    )
    left_out = f" Left out of every figure: {say_count(undiagnosed, 'sample')} without a diagnosis."
    return summary + left_out if undiagnosed else summary


def _json(spec: AssessmentSpec, figures: Figures) -> str:
    tables = {name: table.to_dicts() for name, table in figures.tables().items()}
    return json.dumps({"spec": spec.model_dump(mode="json"), **tables}, indent=1) + "\n"


def _markdown(summary: str, tables: list[Section]) -> str:
    parts = [f"### {one.title}\n\n{one.note}\n\n{_markdown_table(one.table)}\n" for one in tables]
    pictures = "![Reliability diagrams](reliability.svg)\n\n![Confusion of sets](confusion.svg)\n"
    return "\n".join([f"{summary}\n", *parts, pictures])


def _markdown_table(table: pl.DataFrame) -> str:
    lines = [table.columns, ["---"] * table.width, *table.iter_rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _page(
    spec: AssessmentSpec, summary: str, tables: list[Section], reliability: str, confusion: str
) -> str:
    return render(
        "evaluation.diagnosis",
        "page.html.j2",
        summary=summary,
        sections=tables,
        reliability=reliability,
        confusion=confusion,
        spec=spec.model_dump_json(indent=2, exclude_none=True),
    )
