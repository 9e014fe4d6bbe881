"""Merges what a teacher sees on clean photographs with the truth that synthesis knows.

Synthesis knows the physics and not the scene, which it describes from a few measurements. A teacher
describes the scene on the clean photograph, where nothing hides it. The merged priors lie in a
folder beside the data set, like annotations, and can be used wherever annotations can.
"""

from collections.abc import Iterator, Sequence

from rr_tasks.reasoner.answering import Asking, answer_rows
from rr_tasks.reasoner.answers import read_scene
from rr_tasks.reasoner.diagnosis import write_each
from rr_tasks.reasoner.protocol import Answer, Unparsed, VisionLanguageModel
from rr_tasks.reasoner.question import SCENE
from rr_tasks.shards.outcomes import Decoders, read_good_rows
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.shards.stream import Sample
from rr_tasks.shards.writer import Outcome, write_shard
from schemas.prior.current import DiagnosticPrior, Scene
from schemas.prior.migrations import load_prior
from schemas.prior.number import say_in_pixels
from schemas.prior.wording import vary_reasoning
from schemas.shard import DescriptionSpec, DoneMarker, spec_hash

ALGORITHM = 1
"""Counts changes of the code that merge the same scenes and truths to other priors."""


def plan_description(shards: str, teacher: VisionLanguageModel) -> DescriptionSpec:
    """Describe the merged priors of a data set: which data set, and which teacher.

    Raises:
        NoShardsError: the folder is missing or is not a data set.
        OtherDataSetError: the folder holds no data set.
    """
    return DescriptionSpec(
        source=spec_hash(read_data_spec(shards)),
        teacher=teacher.identify(SCENE),
        algorithm=ALGORITHM,
    )


def describe_shard(
    shards: str, folder: str, spec: DescriptionSpec, teacher: VisionLanguageModel, shard: int
) -> DoneMarker:
    """Describe the clean photographs of one shard, or return its marker if it is finished.

    The new shard holds `prior.json` for each key of the source shard, and no pixels. A photograph
    that the teacher does not describe has a failed row, with the reason and the raw answer.

    Raises:
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    outcomes = _describe(shards, spec, teacher, shard)
    return write_shard(folder, shard, spec_hash(spec), spec.schema_version, outcomes)


def merge_scene(truth: DiagnosticPrior, scene: Scene, teacher: str, key: str) -> DiagnosticPrior:
    """Return the truth about a photograph with the scene that a teacher saw on the clean one.

    The chain of thought is written anew from the findings, in words that the key chooses.

    Args:
        truth: the prior of synthesis, or of a pair.
        scene: what the teacher saw.
        teacher: its name; the author becomes `RECIPE, scene by TEACHER`.
        key: that of the sample.
    """
    provenance = truth.provenance.model_copy(
        update={
            "author": f"{truth.provenance.author}, scene by {teacher}",
            "prompt_version": SCENE.version,
        }
    )
    reasoning = vary_reasoning(truth.findings.values(), key, say_in_pixels)
    return truth.model_copy(
        update={"scene": scene, "reasoning": reasoning, "provenance": provenance}
    )


def _describe(
    shards: str, spec: DescriptionSpec, teacher: VisionLanguageModel, shard: int
) -> Iterator[Outcome]:
    name = spec.teacher.label

    def ask(samples: Sequence[Sample]) -> list[Answer]:
        texts = write_each(teacher, [one["clean.png"] for one in samples], SCENE)
        return [_merge(*found, name) for found in zip(samples, texts, strict=True)]

    asking = Asking(ask, image="clean.png", batch_size=teacher.batch_size, author=str(spec.teacher))
    decoders: Decoders = {"clean.png": decode_png, "prior.json": load_prior}
    return answer_rows(read_good_rows(shards, shard, decoders), asking)


def _merge(sample: Sample, text: str | Unparsed, teacher: str) -> Answer:
    scene = text if isinstance(text, Unparsed) else read_scene(text)
    if isinstance(scene, Unparsed):
        return scene
    return merge_scene(sample["prior.json"], scene, teacher, sample["__key__"])
