"""Pictures of what a restorer has learned so far."""

import cv2
import numpy as np
import torch

from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.restorer.sampling import walk
from rr_tasks.training.encoded import EncodedBatch

_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 90]


def draw_samples(restorer: QwenRestorer, batch: EncodedBatch) -> bytes:
    """Draw a JPEG with a row for each crop of a batch: degraded, restored and clean."""
    condition = batch.condition
    with torch.no_grad():
        start = restorer.begin(condition, [Place(0, 0)] * len(batch.x0))
        restored = walk(restorer, condition, start, restorer.times(condition))
        columns = (
            restorer.decode(condition.picture, condition),
            restored,
            restorer.decode(batch.x0, condition),
        )
    rows = torch.cat(columns, 3).permute(0, 2, 3, 1).flatten(0, 1).cpu().numpy()
    sheet = cv2.cvtColor((rows * 255).round().astype(np.uint8), cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", sheet, _QUALITY)[1])
