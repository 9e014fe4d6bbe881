"""Shows what fine-tuning a vision-language model takes, before anybody downloads or trains it."""

from rich.console import Console

from flows.cli.show.table import Column, print_columns
from rr_tasks.reasoner.qwen.plan import LanguagePlan, count_image_tokens, plan_training
from rr_tasks.reasoner.qwen.settings import GIB, WIDTHS
from schemas.parameters.language_training import TrainLanguageParameters

_SIDES = (512, 1024)


def show_language_plan(console: Console, parameters: TrainLanguageParameters) -> None:
    """Show how large a model is, what learns, and the memory that it takes by type and size.

    Raises:
        UnusableWeightsError: there is no such model.
    """
    plan = plan_training(parameters)
    _show_sizes(console, str(parameters.start), plan)
    columns = [
        Column("weights that do not learn", list(WIDTHS)),
        Column("GiB of weights", [_gib(plan.weights_bytes(dtype)) for dtype in WIDTHS], right=True),
    ]
    for side in _SIDES:
        tokens = count_image_tokens(side, side)
        needs = [plan.training_bytes(dtype, parameters.batch_size, tokens) for dtype in WIDTHS]
        heading = f"GiB to train on {parameters.batch_size} x {side} x {side}"
        columns.append(Column(heading, [_gib(need) for need in needs], right=True))
    print_columns(console, "GPU memory, estimated", columns)


def _show_sizes(console: Console, name: str, plan: LanguagePlan) -> None:
    sizes = {"all": plan.parameters, "vision model": plan.vision, "learned": plan.learned}
    columns = [
        Column("part", list(sizes)),
        Column("million parameters", [f"{size / 1e6:,.1f}" for size in sizes.values()], right=True),
    ]
    print_columns(console, name, columns)
    if plan.adapted:
        console.print(f"The adapter is on {plan.adapted} linear layers of the language model.\n")


def _gib(size: int) -> str:
    return f"{size / GIB:,.1f}"
