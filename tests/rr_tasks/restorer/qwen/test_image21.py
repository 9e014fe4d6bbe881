"""Qwen-Image-2.1 behind the same restorer, against its pipeline in diffusers."""

from typing import Any

import pytest
import torch
from diffusers.pipelines.qwenimage21 import pipeline_qwenimage21

from rr_tasks.restorer.qwen.adapter import add_adapter
from rr_tasks.restorer.qwen.anatomy import measure_model
from rr_tasks.restorer.qwen.backbone import to_picture
from rr_tasks.restorer.qwen.instruction import instruct
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.restorer.sampling import walk
from rr_tasks.toys.image21 import build_toy_image21
from rr_tasks.training.encoded import EncodedBatch
from rr_tasks.training.matching import matching_loss
from schemas.prior.current import DiagnosticPrior
from tests.toys import load_toy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_toy_image21(str(tmp_path_factory.mktemp("image21")))


@pytest.fixture(scope="module")
def restorer(folder: str) -> QwenRestorer:
    return load_toy(folder)


def pipeline_of(restorer: QwenRestorer) -> Any:
    return restorer.backbone._pipeline  # type: ignore[attr-defined]


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_zero_noise_gives_what_diffusers_gives(
    folder: str, prior: DiagnosticPrior, monkeypatch: pytest.MonkeyPatch, guidance: float
) -> None:
    restorer = load_toy(folder, guidance=guidance)
    codes = torch.randint(0, 256, (1, 3, 64, 64), generator=torch.Generator().manual_seed(1))
    image = codes / 255
    with torch.inference_mode():
        condition = restorer.prepare(image, [prior], image[:, :0])
        start = restorer.source(condition).mean
        ours = walk(restorer, condition, start, restorer.times(condition))
    monkeypatch.setattr(pipeline_qwenimage21, "calculate_dimensions", lambda *_: (64, 64, None))
    theirs = pipeline_of(restorer)(
        prompt=instruct(prior, restorer.backbone.tokenizer),
        negative_prompt=" ",
        true_cfg_scale=guidance,
        image=to_picture(image[0]),
        latents=torch.zeros_like(start),
        num_inference_steps=3,
        output_type="pt",
    ).images
    assert torch.allclose(ours, theirs[:, :3], atol=2e-5)
    assert ours.std() > 0.001


def test_the_picture_takes_the_places_kept_for_it(restorer: QwenRestorer) -> None:
    images = torch.rand((2, 3, 64, 96), generator=torch.Generator().manual_seed(0))
    x = torch.ones((2, 24, 8))
    t = torch.tensor([0.5, 0.5])
    with torch.inference_mode():
        both = restorer.prepare(images, [None, None], images[:, :0])
        assert both.prompt.slots.sum(1).tolist() == [both.grid.tokens // 4] * 2
        found = restorer.velocity(x, t, both)
        for row in range(2):
            one = images[row : row + 1]
            alone = restorer.velocity(x[:1], t[:1], restorer.prepare(one, [None], one[:, :0]))
            assert torch.allclose(found[row], alone[0], atol=1e-5)
    assert not torch.allclose(found[0], found[1], atol=1e-4)


def test_an_adapter_learns_in_every_block(folder: str) -> None:
    restorer = load_toy(folder)
    transformer = restorer.backbone.transformer
    add_adapter(transformer, restorer.backbone.adapted, rank=2, seed=0)
    images = torch.rand((2, 3, 64, 64), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        condition = restorer.prepare(images, [None, None], images[:, :0])
        batch = EncodedBatch(restorer.encode(images.flip(0)), condition)
    matching_loss(restorer, batch, torch.Generator().manual_seed(0))["loss"].backward()
    learned = {name: one for name, one in transformer.named_parameters() if one.requires_grad}
    assert len(learned) == 2 * 2 * 7
    assert all(one.grad is not None for one in learned.values())
    assert any(float(one.grad.abs().sum()) > 0 for one in learned.values())


def test_its_published_size() -> None:
    anatomy = measure_model("Qwen/Qwen-Image-2.1")
    assert anatomy.transformer == pytest.approx(7.115e9, rel=1e-3)
    assert anatomy.text_encoder == pytest.approx(8.767e9, rel=1e-3)
    assert anatomy.autoencoder == pytest.approx(0.338e9, rel=1e-2)
    assert 2 * anatomy.total < 48e9
