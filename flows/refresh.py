"""Annotations by an older reasoner, prompt or schema -> current ones, and what has changed."""

from dataclasses import dataclass

from flows.annotate import find_parent
from flows.asking import ask_about_shards, publish_spending
from flows.host import host
from flows.markdown import write_place, write_text
from flows.samples import conclude_shards
from flows.shards import run_shards
from flows.verify import verify_shards
from rr_tasks.plural import say_count
from rr_tasks.reasoner.annotation import open_annotations, plan_annotation
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.reasoner.tasks import annotate_shard_task
from rr_tasks.refresh.comparison import comparison_folder
from rr_tasks.refresh.difference import Difference, measure_difference
from rr_tasks.refresh.estimate import Estimate, estimate_time
from rr_tasks.refresh.history import Annotations, read_annotations
from rr_tasks.refresh.plan import RefreshPlan, plan_refresh, tabulate_plan
from rr_tasks.refresh.report import write_difference
from rr_tasks.refresh.tasks import compare_shard_task
from rr_tasks.shards.spec import find_data_sets
from rr_tasks.storage.tables import read_tables
from schemas.errors import ExpectedError
from schemas.parameters.annotation import RefreshAllParameters, RefreshParameters


@dataclass(frozen=True)
class Comparison:
    """What has changed, and the page that shows it."""

    difference: Difference
    report: str


@dataclass(frozen=True)
class Refreshed:
    """The plan and, after a dry run, an estimate of the time; otherwise any comparison."""

    plan: RefreshPlan
    dry_run: bool
    estimate: Estimate | None = None
    comparison: Comparison | None = None


def refresh(parameters: RefreshParameters) -> Refreshed:
    """Diagnose what is stale or missing, then compare with the older diagnoses.

    Older annotations do not change.
    """
    if parameters.verify:
        verify_shards(parameters.shards, parameters.workers)
    reasoner = load_reasoner(parameters.reasoner)
    wanted = plan_annotation(parameters.shards, reasoner)
    root = parameters.output or find_parent(parameters.shards)
    plan = plan_refresh(parameters.shards, root, wanted, parameters.against)
    about = f"What becomes current in {plan.folder}"
    host().publish_table("refresh-plan", tabulate_plan(plan).to_dicts(), about)
    if parameters.dry_run:
        expected = estimate_time(parameters.shards, plan.pending, reasoner)
        message = str(expected or "Nothing to diagnose.")
        host().publish_note("refresh-estimate", write_text(message), "How long it would take")
        host().conclude(message)
        return Refreshed(plan, dry_run=True, estimate=expected)
    folder = open_annotations(root, plan.spec)
    markers = ask_about_shards(
        annotate_shard_task,
        parameters.shards,
        folder,
        plan.spec,
        parameters.reasoner,
        choice=parameters.reasoner,
        label="Annotate photographs",
        workers=parameters.workers,
    )
    conclude_shards("annotated-shards", markers, f"Annotations in {folder}")
    publish_spending(folder)
    if plan.old is None:
        return Refreshed(plan, dry_run=False)
    new = read_annotations(plan.folder, parameters.shards)
    return Refreshed(
        plan, dry_run=False, comparison=_compare(plan.old, new, root, parameters.workers)
    )


def refresh_all(parameters: RefreshAllParameters) -> list[Refreshed]:
    """Renew the diagnoses of all data sets in a folder, one after another.

    A data set that cannot be renewed does not stop the others.

    Raises:
        ExpectedError: the first that stopped one of them, after all others are done.
    """
    done: list[Refreshed] = []
    failed: list[ExpectedError] = []
    for shards in find_data_sets(parameters.sets):
        try:
            done.append(host().run_stage(refresh, parameters.of(shards)))
        except ExpectedError as error:
            host().say(str(error))
            failed.append(error)
    if failed:
        raise failed[0]
    host().conclude(f"{say_count(len(done), 'data set')} in {parameters.sets} renewed")
    return done


def _compare(old: Annotations, new: Annotations, root: str, workers: int | None) -> Comparison:
    folder = comparison_folder(root, old.spec, new.spec)
    shards = sorted(old.samples.keys() & new.samples.keys())
    urls = run_shards(
        compare_shard_task,
        shards,
        old.folder,
        new.folder,
        folder,
        label="Compare shards",
        workers=workers,
    )
    found = measure_difference(read_tables(urls))
    report = write_difference(folder, old, new, found)
    for name in ("totals", "changes", "histogram"):
        table = getattr(found, name).to_dicts()
        host().publish_table(f"priors-{name}", table, f"{old.folder} -> {new.folder}")
    host().publish_note("priors-report", f"Report: {write_place(report)}", "What has changed")
    return Comparison(found, report)
