"""The stages as Prefect flows, deployed by `infra/prefect.yaml` and run by workers.

A flow is made once it is asked for. So a process that runs one, and the one in which Prefect's
worker looks for hooks after a run was cancelled or has crashed, import no other stage.
"""

from importlib import import_module
from typing import Any

from prefect import Flow

from flows.server import as_flow

MODULES = {
    "align": "flows.align",
    "annotate": "flows.annotate",
    "assess": "flows.assess",
    "describe": "flows.describe",
    "evaluate": "flows.evaluate",
    "export_hf": "flows.export",
    "export_messages": "flows.export",
    "ingest": "flows.ingest",
    "migrate": "flows.migrate",
    "pipeline": "flows.pipeline",
    "promote": "flows.promote",
    "refresh": "flows.refresh",
    "refresh_all": "flows.refresh",
    "restore": "flows.restore",
    "roll_back": "flows.promote",
    "synthesize": "flows.synthesize",
    "train_editor": "flows.train",
    "train_language": "flows.train",
    "train_reasoner": "flows.train",
    "train_restorer": "flows.train",
}
"""Where each stage is."""


def __getattr__(name: str) -> Flow[[Any], Any]:
    """Make the flow of a stage, for which Prefect looks here by its name."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    return as_flow(getattr(import_module(MODULES[name]), name))
