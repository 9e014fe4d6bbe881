"""Publishes the formats that other programs read or write: `python -m schemas.publish`.

Writes a JSON Schema for each, and `docs/SCHEMAS.md`, which describes them all.

The files are committed. A test compares them with the models, so that no format changes unnoticed.
JSON Schema cannot express everything that the models check, such as that the `order` of a prior
lists what is present.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from schemas.archive import LedgerRow, PlanItem, RestoreParameters, RunSummary
from schemas.diagnosis import Diagnosis
from schemas.inspection import Inspection
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.annotation import (
    AnnotateParameters,
    RefreshAllParameters,
    RefreshParameters,
)
from schemas.parameters.assessment import AssessParameters
from schemas.parameters.description import DescribeParameters
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.export import ExportHfParameters, ExportMessagesParameters
from schemas.parameters.ingest import IngestParameters
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.migration import MigrateParameters
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.promotion import PromoteParameters, RollBackParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.prior.v1 import DiagnosticPriorV1
from schemas.prior.v2 import DiagnosticPriorV2
from schemas.prior.v3 import DiagnosticPriorV3
from schemas.promotion import Promotion
from schemas.recipe import DegradationRecipe
from schemas.reference import Schema, render_reference
from schemas.shard import DoneMarker, SampleRow
from schemas.status import ArchiveStatus

PUBLISHED = Path(__file__).parent / "published"
PAGE = Path(__file__).parents[1] / "docs" / "SCHEMAS.md"

MODELS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "prior-v1": ("Diagnostic prior, version 1", DiagnosticPriorV1),
    "prior-v2": ("Diagnostic prior, version 2", DiagnosticPriorV2),
    "prior-v3": ("Diagnostic prior, version 3", DiagnosticPriorV3),
    "diagnosis": ("A line that rr diagnose --json prints", Diagnosis),
    "recipe": ("Degradation recipe", DegradationRecipe),
    "sample-row": ("Row of a shard's sidecar", SampleRow),
    "done-marker": ("Done marker of a shard", DoneMarker),
    "plan-item": ("Line of a chunk of an archive's plan", PlanItem),
    "ledger-row": ("Line of a chunk's ledger", LedgerRow),
    "run-summary": ("Summary of a run over an archive", RunSummary),
    "archive-status": ("What rr status --json prints", ArchiveStatus),
    "inspection": ("What rr inspect --json prints", Inspection),
    "synthesize-parameters": ("Parameters of the flow synthesize", SynthesizeParameters),
    "ingest-parameters": ("Parameters of the flow ingest", IngestParameters),
    "annotate-parameters": ("Parameters of the flow annotate", AnnotateParameters),
    "describe-parameters": ("Parameters of the flow describe", DescribeParameters),
    "refresh-parameters": ("Parameters of the flow refresh", RefreshParameters),
    "refresh-all-parameters": ("Parameters of the flow refresh-all", RefreshAllParameters),
    "migrate-parameters": ("Parameters of the flow migrate", MigrateParameters),
    "export-hf-parameters": ("Parameters of the flow export-hf", ExportHfParameters),
    "export-messages-parameters": (
        "Parameters of the flow export-messages",
        ExportMessagesParameters,
    ),
    "train-reasoner-parameters": ("Parameters of the flow train reasoner", TrainReasonerParameters),
    "train-language-parameters": ("Parameters of the flow train language", TrainLanguageParameters),
    "train-restorer-parameters": ("Parameters of the flow train restorer", TrainRestorerParameters),
    "train-editor-parameters": ("Parameters of the flow train editor", TrainEditorParameters),
    "align-parameters": ("Parameters of the flow align", AlignParameters),
    "evaluate-parameters": ("Parameters of the flow evaluate", EvaluateParameters),
    "assess-parameters": ("Parameters of the flow assess", AssessParameters),
    "promote-parameters": ("Parameters of the flow promote", PromoteParameters),
    "roll-back-parameters": ("Parameters of the flow roll-back", RollBackParameters),
    "promotion": ("Line of the ledger of promotions", Promotion),
    "pipeline-parameters": ("Parameters of the flow pipeline", PipelineParameters),
    "restore-parameters": ("Parameters of the flow restore", RestoreParameters),
}
"""File name without its suffix -> title and model."""


def schema_of(name: str) -> Schema:
    """Return the JSON Schema of one of `MODELS`, with its fields in order."""
    title, model = MODELS[name]
    return {
        **model.model_json_schema(),
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:reason-and-restore:{name}",
        "title": title,
    }


def render(name: str) -> str:
    """Render the JSON Schema of one of `MODELS`; the same models always give the same text."""
    return json.dumps(schema_of(name), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def publish(folder: Path = PUBLISHED, page: Path = PAGE) -> None:
    """Write the schema of every model to `folder`, and a `page` that describes them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        (folder / f"{name}.json").write_text(render(name), encoding="utf-8")
    page.write_text(render_page(), encoding="utf-8")


def render_page() -> str:
    """Render the page that describes all of `MODELS`."""
    return render_reference({name: schema_of(name) for name in MODELS})


if __name__ == "__main__":
    publish()
