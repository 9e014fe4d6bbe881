import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from rr_tasks.ingest.shard import ingest_shard, plan_ingest
from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import OtherDataSetError
from rr_tasks.shards.spec import open_dataset
from rr_tasks.shards.stream import Piece
from rr_tasks.training import reasoner as training
from rr_tasks.training.diagnosis import diagnosis_loss
from rr_tasks.training.reasoner import train_reasoner
from rr_tasks.training.taught import Joined, TaughtPhotographs, UntaughtError
from schemas.network import ReasonerShape
from schemas.prior.migrations import load_prior
from schemas.training import LoopSettings
from tests.reasoners import DARK, PALE, RuleReasoner
from tests.rows import read_rows

SETTINGS = LoopSettings(
    steps=4, batch_size=4, learning_rate=1e-3, warmup_steps=1, checkpoint_every=2, seed=1
)


def annotate(photographs: str, root: Path) -> TaughtPhotographs:
    reasoner = RuleReasoner()
    spec = plan_annotation(photographs, reasoner)
    folder = open_annotations(str(root), spec)
    for shard in (0, 1):
        annotate_shard(photographs, folder, spec, reasoner, shard)
    return TaughtPhotographs(photographs, folder)


def ingest(levels: list[int], root: Path) -> str:
    """Photographs of these brightnesses, in two shards."""
    folder = root / "unlabelled"
    folder.mkdir()
    texture = np.random.default_rng(0).integers(-5, 5, (60, 80, 3)).astype(np.int16)
    for number, level in enumerate(levels):
        cv2.imwrite(str(folder / f"{number:02d}.png"), (level + texture).astype(np.uint8))
    spec, found = plan_ingest(str(folder), "photographs", -(-len(levels) // 2))
    made = open_dataset(str(root), spec, found)
    for shard in (0, 1):
        ingest_shard(made, spec, str(folder), shard)
    return made


@pytest.fixture
def taught(tmp_path: Path) -> TaughtPhotographs:
    """Photographs of which the reasoner has no answer about those below `DARK`."""
    levels = [200, 50, 155, 210, 60, 70, 220, 155, 80, 205]
    return annotate(ingest(levels, tmp_path), tmp_path)


def test_photographs_without_partners_are_a_data_set(tmp_path: Path) -> None:
    made = ingest([200, 100], tmp_path)
    assert re.fullmatch(r"photographs-[0-9a-f]{16}", Path(made).name)
    rows = read_rows(made)
    assert rows["source"].to_list() == ["00.png", "01.png"]
    assert rows.select("status", "width", "haze").row(0) == ("ok", 80, None)


def test_only_what_was_diagnosed_is_read_and_with_its_own_diagnosis(
    taught: TaughtPhotographs,
) -> None:
    markers, read = taught.open()
    samples = [sample for one in markers for sample in read(Piece(one.shard, 0, one.samples))]
    assert len(samples) == 6
    for sample in samples:
        level = decode_png(sample["degraded.png"]).mean()
        assert level > DARK
        assert load_prior(sample["prior.json"]).haze.present == (level > PALE)
    parts = [list(read(Piece(0, place, place + 1))) for place in range(markers[0].samples)]
    assert [one["__key__"] for (one,) in parts] == [
        one["__key__"] for one in samples[: markers[0].samples]
    ]


def test_annotations_without_a_diagnosis_teach_nothing(tmp_path: Path) -> None:
    dark = annotate(ingest([50, 60], tmp_path), tmp_path)
    with pytest.raises(UntaughtError, match="no photograph was diagnosed"):
        dark.open()


def test_annotations_of_other_photographs_are_refused(
    dataset: str, taught: TaughtPhotographs
) -> None:
    with pytest.raises(OtherDataSetError):
        TaughtPhotographs(dataset, taught.annotations).open()


def test_a_batch_has_its_share_of_each_source() -> None:
    class Numbers:
        def __init__(self, size: int, value: float) -> None:
            self.size, self.value = size, value

        def batch(self, number: int) -> dict[str, torch.Tensor]:
            return {"x": torch.full((self.size, 2), self.value + number)}

    batch = Joined(Numbers(3, 0.0), Numbers(1, 10.0)).batch(5)
    assert batch["x"][:, 0].tolist() == [5.0, 5.0, 5.0, 15.0]


def test_a_run_that_learns_from_both_resumes_exactly(
    dataset: str,
    taught: TaughtPhotographs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
) -> None:
    def run(name: str, lessons: TaughtPhotographs | None) -> nn.Module:
        torch.manual_seed(0)
        trained = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16, maps=True))
        train_reasoner(
            trained,
            dataset,
            SETTINGS,
            folder=str(tmp_path / name),
            device=torch.device("cpu"),
            on_progress=lambda *_: None,
            taught=lessons,
        )
        return trained

    through = run("one", taught).state_dict()
    with monkeypatch.context() as patch:
        patch.setattr(training, "diagnosis_loss", dies_after(diagnosis_loss, 3))
        with pytest.raises(power_cut):
            run("two", taught)
    resumed, alone = run("two", taught).state_dict(), run("three", None).state_dict()
    assert all(torch.equal(value, resumed[name]) for name, value in through.items())
    assert not all(torch.equal(value, alone[name]) for name, value in through.items())
