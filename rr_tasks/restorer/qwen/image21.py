"""Qwen-Image-2.1, one model that generates and edits."""

from collections.abc import Sequence

import torch
from diffusers import QwenImage21Pipeline, QwenImage21Transformer2DModel
from transformers import PreTrainedTokenizerBase

from rr_tasks.restorer.qwen.backbone import Prompt, cut_prompts, to_picture
from rr_tasks.restorer.qwen.latents import Grid, Latents
from rr_tasks.restorer.qwen.schedule import Schedule

_ADAPTED = (
    r"transformer_blocks\.\d+\.(attn\.(to_q|to_k|to_v|to_out\.0)|img_mlp\.(proj|gate_layer|out))"
)
"""Four projections of attention and three linears of the gated MLP in each block."""

_TOKENS_PER_SLOT = 4
"""Tokens of latents that one token of the text encoder stands for."""


class Image21Backbone:
    """See `rr_tasks.restorer.qwen.backbone.Backbone`.

    It differs from Qwen-Image-Edit: no patches, an autoencoder with opacity, Qwen3-VL before its
    last normalization as text encoder, and one sequence, in which the picture's latents take the
    places that the text encoder kept for them and the target comes last. As that encoder sees 32 x
    32 pixels a token, sides are multiples of 32. Instructions of one batch should be equally long:
    padding moves the target along the sequence, and with it changes the result a little.

    Args:
        pipeline: loaded, on its devices.
        device: where it computes.
    """

    adapted = _ADAPTED
    multiple = 32

    def __init__(self, pipeline: QwenImage21Pipeline, device: torch.device) -> None:
        self._pipeline, self._device = pipeline, device
        self.latents = Latents(pipeline.vae, device, patch=1)
        self.schedule = Schedule.of(pipeline.scheduler)

    @property
    def transformer(self) -> QwenImage21Transformer2DModel:
        """See `Backbone.transformer`."""
        return self._pipeline.transformer

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """See `Backbone.tokenizer`."""
        tokenizer: PreTrainedTokenizerBase = self._pipeline.processor.tokenizer
        return tokenizer

    def read(self, images: torch.Tensor, texts: Sequence[str]) -> Prompt:
        """See `Backbone.read`; the tokens of the system's message are dropped."""
        pipeline = self._pipeline
        inputs = pipeline.processor(
            text=[pipeline.prompt_template_ti2i.format(text) for text in texts],
            images=[to_picture(image) for image in images],
            do_resize=False,  # a token for each 32 x 32 pixels, whatever the size
            padding=True,
            padding_side="left",
            return_tensors="pt",
        ).to(self._device)
        encoder = pipeline.text_encoder
        # The transformer learned from states before the last norm, which transformers 5 applies.
        norm = encoder.model.language_model.norm
        skipped = norm.register_forward_hook(lambda _module, given, _normed: given[0])
        try:
            found = encoder(**inputs, output_hidden_states=True, logits_to_keep=1)
        finally:
            skipped.remove()
        return cut_prompts(
            found.hidden_states[-1],
            inputs["input_ids"] == pipeline.processor.image_token_id,
            inputs["attention_mask"].bool(),
            pipeline._drop_idx,
        )

    def put_encoder_away(self) -> None:
        """See `Backbone.put_encoder_away`."""
        self._pipeline.text_encoder.to("cpu")

    def velocity(
        self, x: torch.Tensor, t: torch.Tensor, picture: torch.Tensor, prompt: Prompt, grid: Grid
    ) -> torch.Tensor:
        """See `Backbone.velocity`."""
        dtype, shape = prompt.states.dtype, (1, *grid)
        target = prompt.slots.new_ones(len(x), x.shape[1] // _TOKENS_PER_SLOT)
        predicted: torch.Tensor = self.transformer(
            hidden_states=torch.cat([picture, x], 1).to(dtype),
            timestep=t.to(dtype),
            encoder_hidden_states=prompt.states,
            encoder_hidden_states_mask=None if prompt.mask.all() else prompt.mask,
            img_shapes=[[shape, shape]] * len(x),
            img_mask=torch.cat([prompt.slots, target], 1),
            return_dict=False,
        )[0]
        return predicted[:, -x.shape[1] :].float()

    def guide(self, wanted: torch.Tensor, other: torch.Tensor, scale: float) -> torch.Tensor:
        """See `Backbone.guide`."""
        return other + scale * (wanted - other)
