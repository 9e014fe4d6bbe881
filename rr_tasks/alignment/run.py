"""A run that aligns a restorer: record, checkpoint, log, samples and, in the end, the result."""

from collections.abc import Callable
from math import ceil

import torch

from rr_tasks.alignment.advantages import Selection
from rr_tasks.alignment.edge import EDGE_TIMES, EdgeStart
from rr_tasks.alignment.grpo import TrustRegion, grpo_loss
from rr_tasks.alignment.guard import FidelityGuard
from rr_tasks.alignment.nft import nft_loss
from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.rewards.model import RewardModel
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.rollouts import Choose, Rollout, Rollouts
from rr_tasks.alignment.samples import draw_sheet
from rr_tasks.alignment.soundness import check_judge
from rr_tasks.alignment.start import Start
from rr_tasks.alignment.validation import read_validation, restore_all, withhold
from rr_tasks.alignment.walks import Exploration
from rr_tasks.alignment.worst import pick, sort_out
from rr_tasks.device import choose_device
from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.reasoner.load import check_reasoner, load_reasoner, load_second_judge
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.storage.files import join, name_of, publish_bytes
from rr_tasks.training.crops import load_crops
from rr_tasks.training.dataset import check_pairs
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.folder import finish_run
from rr_tasks.training.loop import ProgressReport, train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.training.processes import join_processes
from rr_tasks.training.settings import choose_settings
from schemas.alignment import AlignmentRecord
from schemas.errors import ExpectedError
from schemas.parameters.alignment import ANY_JUDGE, AlignmentMethod, AlignParameters
from schemas.reasoner import ReasonerChoice
from schemas.restorer import RestorerChoice
from schemas.training import DeviceName

ALGORITHM = 2
"""Counts changes of alignment that lead the same settings to other weights."""

SAMPLES = "samples"
"""Folder, in that of the run, of sheets of samples by step."""

_WARMUP_STEPS = 10
_SHOWN = 6


class PartialJudgeError(ExpectedError, ValueError):
    """The judge that is to reward is the one that reports."""


class ShortWalkError(ExpectedError, ValueError):
    """A walk has too few steps to explore."""


def check_alignment(parameters: AlignParameters) -> None:
    """Make sure, before any work, that there is data, a judge and a restorer that can learn.

    Raises:
        MissingDeviceError: the machine has no such device, or a model is too large for it.
        NoShardsError, OtherDataSetError, UnfinishedDataSetError, UnknownTruthError: the data set or
            its annotations are missing, incomplete, or without truth.
        UnusableWeightsError: weights are missing, or are not what they should be.
        ShortWalkError, PartialJudgeError, TooLittleMemoryError: see `check_method`.
    """
    choose_device(parameters.device)
    check_pairs(parameters.shards)
    check_belongs(parameters.annotations, parameters.shards)
    check_method(parameters, parameters.restorer, parameters.judge, parameters.device)
    load_reasoner(parameters.judge)
    _choose_start(parameters)


def check_method(
    method: AlignmentMethod, restorer: RestorerChoice, judge: ReasonerChoice, device: DeviceName
) -> None:
    """Make sure that this restorer can explore so, and that this reasoner may reward beside it.

    Raises:
        ShortWalkError: the restorer takes too few steps.
        MissingDeviceError: a model is too large for a machine without a GPU.
        TooLittleMemoryError: the restorer and the judge do not fit the GPU while one learns.
        PartialJudgeError: the judge is the one that reports; evaluations could not be believed.
        UnusableWeightsError: see `rr_tasks.reasoner.load.load_reasoner` and
            `rr_tasks.alignment.room.check_room`.
    """
    steps = len(EDGE_TIMES) - 1 if restorer.kind == "edge" else restorer.steps
    if method.times is None and steps <= method.window:
        raise ShortWalkError(
            f"a walk of {steps} steps cannot explore in {method.window} and then end without "
            "noise: name more times, set more steps of a Qwen restorer, or a smaller window"
        )
    beside = check_reasoner(judge)
    if restorer.kind == "qwen":
        # Late, because only this needs diffusers and peft.
        from rr_tasks.alignment.room import check_room  # noqa: PLC0415

        check_room(method, restorer, choose_device(device), beside)
    if judge.kind == "edge" and load_reasoner(judge).identity == load_second_judge().identity:
        raise PartialJudgeError(
            "edge-judge reports on restorations in every evaluation, so it must not reward them; "
            "choose another reasoner"
        )


def run_alignment(parameters: AlignParameters, on_progress: ProgressReport) -> str:
    """Align a restorer with these parameters, from its checkpoint if there is one.

    Returns:
        URL of the file of what was learned: weights of an edge restorer, or a LoRA. If it exists
        already, nothing is done.

    Raises:
        OtherRunError: the folder holds a run with other settings.
        UnsoundJudgeError: the judge is not fit to reward.
        UnfinishedDataSetError, MissingDiagnosesError, TooFewPhotographsError: the data is
            incomplete, or shows a single photograph.
    """
    folder, device = parameters.output, choose_device(parameters.device)
    start, judge = _choose_start(parameters), load_reasoner(parameters.judge)
    record = record_alignment(parameters)
    target = join(folder, start.file)

    def learn() -> Policy:
        policy = Policy(start.load(), follows=parameters.objective == "nft")
        _learn(policy, parameters, start=start, judge=judge, record=record, on_progress=on_progress)
        return policy

    def save(policy: Policy) -> None:
        start.save(policy.restorer, record, folder)

    finish_run(folder, record, device, proof=target, learn=learn, save=save)
    return target


def record_alignment(parameters: AlignParameters) -> AlignmentRecord:
    """Record everything that determines what a run learns."""
    start = _choose_start(parameters)
    settings = choose_settings(parameters, warmup_steps=_WARMUP_STEPS)
    return AlignmentRecord(
        network=start.network,
        algorithm=ALGORITHM,
        processes=join_processes(choose_device(parameters.device)).num_processes,
        settings=settings.model_copy(update={"checkpoint_every": parameters.examine_every}),
        method=parameters.method(),
        start=start.digest,
        judge=load_reasoner(parameters.judge).identity,
        shards=name_of(parameters.shards),
        annotations=name_of(parameters.annotations),
    )


def _choose_start(parameters: AlignParameters) -> Start:
    choice, device = parameters.restorer, choose_device(parameters.device)
    if choice.kind == "edge":
        return EdgeStart(choice, device)
    # Late, because only this needs diffusers and peft.
    from rr_tasks.alignment.qwen import QwenStart  # noqa: PLC0415

    return QwenStart(choice, rank=parameters.rank, seed=parameters.seed, device=device)


def _learn(
    policy: Policy,
    parameters: AlignParameters,
    *,
    start: Start,
    judge: Reasoner,
    record: AlignmentRecord,
    on_progress: ProgressReport,
) -> None:
    restorer, process = policy.restorer, join_processes(policy.restorer.device).process_index
    away = withhold(parameters.shards, check_pairs(parameters.shards))
    withheld = read_validation(parameters.shards, parameters.annotations, away.looks)
    in_use, rewards = (
        PhotographRestorer(restorer, record.start),
        RewardModel(judge, parameters.rewards),
    )
    if parameters.least_soundness > ANY_JUDGE:
        check_judge(judge, restore_all(withheld, in_use), parameters.least_soundness)

    def show(step: int, restorations: Restorations) -> None:
        sheet = draw_sheet(restorations, _SHOWN)
        publish_bytes(sheet, join(parameters.output, SAMPLES, f"{step:06d}.jpg"))

    exploration = Exploration(
        sampler=parameters.sampler,
        noise=parameters.noise,
        times=parameters.times or start.times(restorer, parameters.crop_side),
        window=parameters.window,
        members=parameters.members,
    )
    with load_crops(
        parameters.shards,
        parameters.annotations,
        restorer.survey,
        side=parameters.crop_side,
        batch_size=ceil(parameters.groups / (parameters.worst_share or 1.0)),
        seed=parameters.seed,
        without=away.samples,
    ) as photographs:
        rollouts = Rollouts(
            policy,
            photographs,
            choose=_chooser(policy, judge, parameters),
            exploration=exploration,
            selection=Selection(parameters.least_spread, parameters.highest_mean),
            score=rewards.score,
            updates=parameters.updates,
            accumulate=parameters.accumulate,
            seed=parameters.seed,
            process=process,
        )
        train(
            Objective(
                policy,
                _compose_loss(policy, start, exploration, parameters),
                idles=start.network == "qwen-adapter",  # see `rr_tasks.training.editor`
            ),
            rollouts,
            record.settings,
            parameters.output,
            device=restorer.device,
            on_progress=on_progress,
            log_every=1,
            guard=FidelityGuard(in_use, withheld, rewards, show),
        )


def _chooser(policy: Policy, judge: Reasoner, parameters: AlignParameters) -> Choose:
    """Choose all photographs, for both kinds of learning, or the worst and some of the others."""
    if parameters.worst_share is None:
        return lambda photographs: (photographs, photographs)

    def choose(photographs: FlowBatch) -> tuple[FlowBatch, FlowBatch]:
        worst, rest = sort_out(policy.restorer, photographs, judge, parameters.groups)
        return worst, pick(rest, range(min(parameters.groups, len(rest.priors))))

    return choose


def _compose_loss(
    policy: Policy, start: Start, exploration: Exploration, parameters: AlignParameters
) -> Callable[[Rollout, torch.Generator], Losses]:
    """Return the loss of the objective, and of supervised learning if that counts."""
    region = TrustRegion(parameters.ratio, parameters.clip)

    def judge(rollout: Rollout, generator: torch.Generator) -> Losses:
        if parameters.objective == "grpo":
            return grpo_loss(
                policy, rollout, exploration, region=region, kl_weight=parameters.kl_weight
            )
        return nft_loss(
            policy,
            rollout,
            exploration,
            strength=parameters.strength,
            kl_weight=parameters.kl_weight,
            generator=generator,
        )

    def loss(rollout: Rollout, generator: torch.Generator) -> Losses:
        judged = judge(rollout, generator)
        photographs, weight = rollout.supervised, parameters.supervised
        if not weight or not photographs.priors:
            return judged
        taught = start.supervise(policy.restorer, photographs, generator)["loss"]
        return {**judged, "loss": judged["loss"] + weight * taught, "supervised": taught.detach()}

    return loss
