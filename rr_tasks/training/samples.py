"""Pictures of what a restorer has learned so far."""

import numpy as np
import torch

from rr_tasks.photographs.picture import encode_picture
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.restorer.sampling import restore_parts
from rr_tasks.training.encoded import EncodedBatch

_QUALITY = 90


def draw_samples(restorer: QwenRestorer, batch: EncodedBatch) -> bytes:
    """Draw a JPEG with a row for each crop of a batch: degraded, restored and clean."""
    condition = batch.condition
    with torch.no_grad():
        columns = (
            restorer.decode(condition.picture, condition),
            restore_parts(restorer, condition, [Place(0, 0)] * len(batch.x0)),
            restorer.decode(batch.x0, condition),
        )
    rows = torch.cat(columns, 3).permute(0, 2, 3, 1).flatten(0, 1).cpu().numpy()
    return encode_picture((rows * 255).round().astype(np.uint8), _QUALITY)
