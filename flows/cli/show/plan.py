"""Shows what a Qwen model takes, before anybody downloads or runs it."""

from rich.console import Console

from flows.cli.show.table import Column, print_columns
from rr_tasks.restorer.qwen.anatomy import Anatomy, measure_model
from rr_tasks.restorer.qwen.memory import (
    CARDS,
    GIB,
    PREFERENCE,
    STORAGES,
    restoring_bytes,
    training_bytes,
)
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.restorer import QwenRestorerChoice


def show_restoring_plan(console: Console, choice: QwenRestorerChoice) -> None:
    """Show the sizes of a restorer's parts, and the memory that restoring takes in each way."""
    anatomy = measure_model(choice.model, choice.revision)
    _show_parts(console, choice.model, anatomy)
    needs = [restoring_bytes(anatomy, keeping, choice.tile_side) for keeping in PREFERENCE]
    columns = [
        Column("storage", [keeping.storage for keeping in PREFERENCE]),
        Column("offload", [keeping.offload for keeping in PREFERENCE]),
        *_memory_columns(needs),
    ]
    side = choice.tile_side
    print_columns(console, f"GPU memory to restore tiles of {side} x {side}, estimated", columns)


def show_training_plan(console: Console, parameters: TrainEditorParameters) -> None:
    """Show what an adapter holds, and the memory that training it takes in each way."""
    anatomy = measure_model(parameters.start, parameters.revision)
    _show_parts(console, parameters.start, anatomy)
    learned = anatomy.adapter * parameters.rank
    console.print(f"An adapter of rank {parameters.rank} learns {learned / 1e6:,.2f} million.\n")
    needs = [
        training_bytes(
            anatomy,
            storage,
            rank=parameters.rank,
            crop_side=parameters.crop_side,
            batch_size=parameters.batch_size,
        )
        for storage in STORAGES
    ]
    side, batch = parameters.crop_side, parameters.batch_size
    title = f"GPU memory to train on {batch} x {side} x {side} at a time, estimated"
    print_columns(console, title, [Column("storage", STORAGES), *_memory_columns(needs)])


def _show_parts(console: Console, name: str, anatomy: Anatomy) -> None:
    parts = {
        "transformer": anatomy.transformer,
        "text encoder": anatomy.text_encoder,
        "autoencoder": anatomy.autoencoder,
        "together": anatomy.total,
    }
    columns = [
        Column("part", list(parts)),
        Column("million parameters", [f"{size / 1e6:,.1f}" for size in parts.values()], right=True),
        Column("GiB in bfloat16", [_gib(2 * size) for size in parts.values()], right=True),
    ]
    print_columns(console, name, columns)


def _memory_columns(needs: list[int]) -> list[Column]:
    fits = [
        Column(f"{card} GiB", ["fits" if need <= card * GIB else "" for need in needs])
        for card in CARDS
    ]
    return [Column("GiB", [_gib(need) for need in needs], right=True), *fits]


def _gib(size: int) -> str:
    return f"{size / GIB:,.1f}"
