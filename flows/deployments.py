"""The stages as Prefect flows, deployed by `infra/prefect.yaml` and run by workers."""

import flows.align
import flows.annotate
import flows.assess
import flows.describe
import flows.evaluate
import flows.export
import flows.ingest
import flows.migrate
import flows.pipeline
import flows.promote
import flows.refresh
import flows.restore
import flows.synthesize
import flows.train
from flows.server import as_flow

align = as_flow(flows.align.align)
annotate = as_flow(flows.annotate.annotate)
assess = as_flow(flows.assess.assess)
describe = as_flow(flows.describe.describe)
evaluate = as_flow(flows.evaluate.evaluate)
export_hf = as_flow(flows.export.export_hf)
export_messages = as_flow(flows.export.export_messages)
ingest = as_flow(flows.ingest.ingest)
migrate = as_flow(flows.migrate.migrate)
pipeline = as_flow(flows.pipeline.pipeline)
promote = as_flow(flows.promote.promote)
refresh = as_flow(flows.refresh.refresh)
refresh_all = as_flow(flows.refresh.refresh_all)
restore = as_flow(flows.restore.restore)
roll_back = as_flow(flows.promote.roll_back)
synthesize = as_flow(flows.synthesize.synthesize)
train_editor = as_flow(flows.train.train_editor)
train_language = as_flow(flows.train.train_language)
train_reasoner = as_flow(flows.train.train_reasoner)
train_restorer = as_flow(flows.train.train_restorer)
