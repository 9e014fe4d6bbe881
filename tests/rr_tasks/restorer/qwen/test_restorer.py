"""The restorer against the pipelines of diffusers, where these are right."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit, pipeline_qwenimage_edit_plus
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.qwen.backbone import to_picture
from rr_tasks.restorer.qwen.noise import NoiseField
from rr_tasks.restorer.qwen.restorer import QwenCondition, QwenRestorer
from rr_tasks.restorer.sampling import walk
from schemas.prior.current import DiagnosticPrior
from tests.toys import load_toy


def no_guides(images: torch.Tensor) -> torch.Tensor:
    return images[:, :0]


def run_pipeline(
    restorer: QwenRestorer,
    condition: QwenCondition,
    image: torch.Tensor,
    monkeypatch: pytest.MonkeyPatch,
    **settings: Any,
) -> torch.Tensor:
    """What diffusers makes of the same parts, prompt and zero noise, at the image's own size."""
    height, width = image.shape[1:]
    sizes: dict[Any, tuple[int | None, ...]] = {
        pipeline_qwenimage_edit: (width, height, None),
        pipeline_qwenimage_edit_plus: (width, height),
    }
    for module, size in sizes.items():
        monkeypatch.setattr(module, "calculate_dimensions", lambda *_, size=size: size)
    pipeline: Any = restorer.backbone._pipeline  # type: ignore[attr-defined]
    made = pipeline(
        image=to_picture(image),
        prompt_embeds=condition.prompt.states,
        prompt_embeds_mask=condition.prompt.mask,
        latents=torch.zeros_like(condition.picture),
        num_inference_steps=3,
        output_type="pt",
        **settings,
    )
    return made.images


@pytest.mark.parametrize("guidance", [1.0, 4.0])
def test_zero_noise_gives_what_diffusers_gives(
    toy_editor: Callable[[str], str],
    prior: DiagnosticPrior,
    monkeypatch: pytest.MonkeyPatch,
    guidance: float,
) -> None:
    for variant in ("edit", "2511"):
        restorer = load_toy(toy_editor(variant), guidance=guidance)
        codes = torch.randint(0, 256, (1, 3, 32, 64), generator=torch.Generator().manual_seed(1))
        image = codes / 255
        with torch.inference_mode():
            condition = restorer.prepare(image, [prior], no_guides(image))
            start = restorer.source(condition).mean
            ours = walk(restorer, condition, start, restorer.times(condition))
        unguided: dict[str, Any] = {"true_cfg_scale": guidance}
        if condition.unguided is not None:
            unguided["negative_prompt_embeds"] = condition.unguided.states
            unguided["negative_prompt_embeds_mask"] = condition.unguided.mask
        theirs = run_pipeline(restorer, condition, image[0], monkeypatch, **unguided)
        assert torch.allclose(ours, theirs, atol=2e-5)
        assert ours.std() > 0.001


def test_images_of_any_size_come_back_in_that_size(
    restorer: QwenRestorer, prior: DiagnosticPrior
) -> None:
    whole = PhotographRestorer(restorer, "0" * 64)
    rng = np.random.default_rng(0)
    for dtype, shape in (("uint8", (17, 33, 3)), ("uint16", (48, 30, 3))):
        pixels: Any = rng.integers(0, np.iinfo(dtype).max, shape, dtype)
        restored = whole.restore(pixels, prior)
        assert (restored.shape, restored.dtype.name) == (shape, dtype)
        assert np.array_equal(restored, whole.restore(pixels, prior))


def test_a_prior_changes_the_restoration(
    restorer: QwenRestorer, prior: DiagnosticPrior, images: torch.Tensor
) -> None:
    x = torch.ones_like(restorer.encode(images))
    t = torch.tensor([0.5, 0.5])
    with torch.inference_mode():
        told, untold, both = (
            restorer.velocity(x, t, restorer.prepare(images, priors, no_guides(images)))
            for priors in ([prior, prior], [None, None], [None, prior])
        )
    assert not torch.allclose(told, untold, atol=1e-6)
    # Instructions of unequal lengths share a batch.
    assert torch.allclose(both[0], untold[0], atol=1e-5)
    assert torch.allclose(both[1], told[1], atol=1e-5)


def test_encoding_is_undone_by_decoding_up_to_the_autoencoder(
    restorer: QwenRestorer, images: torch.Tensor
) -> None:
    autoencoder = restorer.backbone._pipeline.vae  # type: ignore[attr-defined]
    with torch.inference_mode():
        condition = restorer.prepare(images, [None, None], no_guides(images))
        ours = restorer.decode(condition.picture, condition)
        latents = autoencoder.encode((2 * images - 1)[:, :, None]).latent_dist.mode()
        theirs = autoencoder.decode(latents).sample[:, :, 0]
        bright = restorer.decode(condition.picture + 1e4, condition)
    assert torch.allclose(ours, ((theirs + 1) / 2).clamp(0, 1), atol=1e-5)
    assert torch.equal(condition.picture, restorer.encode(images))
    assert bright.min() >= 0.0
    assert bright.max() <= 1.0


@settings(max_examples=20)
@given(st.integers(0, 90), st.integers(0, 90), st.integers(1, 70), st.integers(1, 70))
def test_noise_belongs_to_its_position(top: int, left: int, height: int, width: int) -> None:
    field = NoiseField(seed=3, channels=2)
    whole = field.draw(0, 0, 160, 160).unflatten(0, (160, 160))
    part = field.draw(top, left, height, width).unflatten(0, (height, width))
    assert torch.equal(part, whole[top : top + height, left : left + width])


def test_noise_is_white_and_differs_by_seed() -> None:
    drawn, other = (NoiseField(seed, channels=4).draw(5, 7, 100, 100) for seed in (0, 1))
    assert drawn.mean().abs() < 0.02
    assert float(drawn.std()) == pytest.approx(1.0, abs=0.02)
    assert abs(float((drawn * other).mean())) < 0.02


def test_parts_that_overlap_start_alike(restorer: QwenRestorer) -> None:
    grid = restorer.backbone.latents.stride
    images = torch.rand((2, 3, 4 * grid, 3 * grid))
    condition = restorer.prepare(images, [None, None], no_guides(images))
    starts = restorer.begin(condition, [Place(0, 0), Place(2 * grid, grid)])
    first, second = starts.unflatten(1, (4, 3))
    assert torch.equal(first[2:, 1:], second[:2, :2])
    assert not torch.equal(first[:2, :2], second[:2, :2])


def test_guidance_keeps_the_length_at_each_token(restorer: QwenRestorer) -> None:
    guide = restorer.backbone.guide
    wanted, other = torch.randn(2, 1, 5, 8, generator=torch.Generator().manual_seed(0))
    led = guide(wanted, other, 4.0)
    assert torch.allclose(led.norm(dim=-1), wanted.norm(dim=-1))
    assert torch.allclose(guide(wanted, other, 1.0), wanted, atol=1e-6)
    along = torch.cosine_similarity(led, 4 * wanted - 3 * other, dim=-1)
    assert torch.allclose(along, torch.ones_like(along))


def test_larger_images_spend_more_steps_in_much_noise(restorer: QwenRestorer) -> None:
    def times(side: int) -> Sequence[float]:
        images = torch.zeros((1, 3, side, side))
        return restorer.times(restorer.prepare(images, [None], no_guides(images)))

    small, large = times(32), times(128)
    assert len(small) == 4
    assert (small[0], small[-2], small[-1]) == pytest.approx((1.0, 0.02, 0.0))
    assert small[1] < large[1]
