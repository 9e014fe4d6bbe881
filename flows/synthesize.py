"""Clean photographs -> shards of degraded ones with their ground truth."""

from flows.samples import conclude_shards, share_samples
from flows.search import search
from rr_tasks.degrade.recipe_file import find_recipe
from rr_tasks.degrade.synthesis import plan_synthesis
from rr_tasks.degrade.tasks import synthesize_shard_task
from rr_tasks.photographs.selection import Selection
from rr_tasks.shards.reader import finished_shards
from rr_tasks.shards.spec import open_dataset
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.shard import shard_count


def synthesize(parameters: SynthesizeParameters) -> str:
    """Make the data set, or whatever it lacks, and return its folder."""
    spec, photographs = search(
        plan_synthesis,
        parameters.photographs,
        find_recipe(parameters.recipe),
        parameters.seed,
        parameters.samples,
        parameters.shard_size,
        output=parameters.output,
        selection=Selection(parameters.include, parameters.exclude),
    )
    folder = open_dataset(parameters.output, spec, photographs)
    markers = share_samples(
        synthesize_shard_task,
        range(shard_count(spec)),
        folder,
        spec,
        parameters.photographs,
        label="Synthesize photographs",
        total=spec.samples,
        workers=parameters.workers,
        finished=finished_shards(folder),
    )
    conclude_shards("synthesized-shards", markers, f"Shards of {folder}")
    return folder
