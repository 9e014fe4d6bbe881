"""Qwen-Image-Edit, -2509 and -2511."""

from collections.abc import Sequence
from math import sqrt

import torch
from diffusers import QwenImageEditPipeline, QwenImageEditPlusPipeline, QwenImageTransformer2DModel
from PIL import Image
from transformers import PreTrainedTokenizerBase

from rr_tasks.restorer.qwen.backbone import Prompt, cut_prompts, to_picture
from rr_tasks.restorer.qwen.latents import Grid, Latents
from rr_tasks.restorer.qwen.schedule import Schedule

ALGORITHM = 1
"""Counts changes of this package that alter restorations with the same weights."""

_PICTURE = "Picture 1: <|vision_start|><|image_pad|><|vision_end|>"
"""How the Plus models mark the picture in front of the instruction."""

_PLUS_AREA = 384 * 384
"""Pixels of the picture that the text encoder of the Plus models sees."""

_PLUS_MULTIPLE = 32


_ADAPTED = (
    r"transformer_blocks\.\d+\.(attn\.(to_q|to_k|to_v|to_out\.0"
    r"|add_q_proj|add_k_proj|add_v_proj|to_add_out)|(img|txt)_mlp\.net\.(0\.proj|2))"
)
"""Eight projections of attention and four linears of the two MLPs in each block."""


class EditBackbone:
    """See `rr_tasks.restorer.qwen.backbone.Backbone`.

    The pipeline of diffusers holds the parts, its template and the hooks that move the parts; what
    it does with them is done here, because in 0.42 it leaves out `mm_token_type_ids` (diffusers
    #14194), without which Qwen2.5-VL numbers the tokens of a picture in one dimension.

    Args:
        pipeline: loaded, on its devices.
        device: where it computes.
    """

    adapted = _ADAPTED
    multiple = 16

    def __init__(
        self, pipeline: QwenImageEditPipeline | QwenImageEditPlusPipeline, device: torch.device
    ) -> None:
        self._pipeline, self._device = pipeline, device
        self._is_plus = isinstance(pipeline, QwenImageEditPlusPipeline)
        self.latents = Latents(pipeline.vae, device)
        self.schedule = Schedule.of(pipeline.scheduler)
        head, mark, _ = pipeline.prompt_template_encode.partition("<|im_start|>user\n")
        self._dropped = len(self.tokenizer(head + mark)["input_ids"])

    @property
    def transformer(self) -> QwenImageTransformer2DModel:
        """See `Backbone.transformer`."""
        return self._pipeline.transformer

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """See `Backbone.tokenizer`."""
        tokenizer: PreTrainedTokenizerBase = self._pipeline.tokenizer
        return tokenizer

    def read(self, images: torch.Tensor, texts: Sequence[str]) -> Prompt:
        """See `Backbone.read`; the tokens of the system's message are dropped."""
        prefix = _PICTURE if self._is_plus else ""
        inputs = self._pipeline.processor(
            text=[self._pipeline.prompt_template_encode.format(prefix + text) for text in texts],
            images=[self._show(image) for image in images],
            padding=True,
            return_tensors="pt",
        ).to(self._device)
        # The whole output of the processor. All logits would be in vain.
        found = self._pipeline.text_encoder(**inputs, output_hidden_states=True, logits_to_keep=1)
        return cut_prompts(
            found.hidden_states[-1],
            inputs["input_ids"] == self._pipeline.processor.image_token_id,
            inputs["attention_mask"].bool(),
            self._dropped,
        )

    def put_encoder_away(self) -> None:
        """See `Backbone.put_encoder_away`."""
        self._pipeline.text_encoder.to("cpu")

    def velocity(
        self, x: torch.Tensor, t: torch.Tensor, picture: torch.Tensor, prompt: Prompt, grid: Grid
    ) -> torch.Tensor:
        """See `Backbone.velocity`."""
        dtype = prompt.states.dtype
        shape = (1, *grid)
        predicted: torch.Tensor = self.transformer(
            hidden_states=torch.cat([x, picture], 1).to(dtype),
            timestep=t.to(dtype),
            encoder_hidden_states=prompt.states,
            encoder_hidden_states_mask=None if prompt.mask.all() else prompt.mask,
            img_shapes=[[shape, shape]] * len(x),
            return_dict=False,
        )[0]
        return predicted[:, : x.shape[1]].float()

    def guide(self, wanted: torch.Tensor, other: torch.Tensor, scale: float) -> torch.Tensor:
        """See `Backbone.guide`; at each token the velocity stays as long as it was."""
        led: torch.Tensor = other + scale * (wanted - other)
        lengths = (torch.linalg.vector_norm(v, dim=-1, keepdim=True) for v in (wanted, led))
        return led * torch.div(*lengths)

    def _show(self, image: torch.Tensor) -> Image.Image:
        """Turn (3, H, W) into the picture that the text encoder sees."""
        shown = to_picture(image)
        if not self._is_plus:
            return shown
        width = sqrt(_PLUS_AREA * shown.width / shown.height)
        size = (width, width * shown.height / shown.width)
        rounded = [round(side / _PLUS_MULTIPLE) * _PLUS_MULTIPLE for side in size]
        return shown.resize((rounded[0], rounded[1]), Image.Resampling.LANCZOS)
