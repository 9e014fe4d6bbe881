"""Severities from the probabilities of digits."""

import numpy as np
import numpy.typing as npt
import torch
from transformers import PreTrainedTokenizerBase

from schemas.prior.current import DEGRADATIONS
from schemas.prior.levels import LEVELS, severity_at


def expect(
    tokens: torch.Tensor, logits: torch.Tensor, tokenizer: PreTrainedTokenizerBase
) -> npt.NDArray[np.float64]:
    """Compute the mean severity of each type under the probabilities of its ten levels.

    Args:
        tokens: (B, T) of answers to `schemas.prior.levels.QUESTION`.
        logits: (B, T, vocabulary), from which the tokens were drawn.
        tokenizer: in which, as in all of Qwen's, each digit is a token.

    Returns:
        Severities (B, types), 0-100; a row of NaN for an answer without a digit for each type.
    """
    digits = torch.tensor(tokenizer.convert_tokens_to_ids([str(level) for level in LEVELS]))
    severities = torch.tensor([severity_at(level) for level in LEVELS], dtype=torch.float64)
    rows = np.full((len(tokens), len(DEGRADATIONS)), np.nan)
    for row, drawn, likely in zip(rows, tokens.cpu(), logits.cpu(), strict=True):
        places = torch.isin(drawn, digits).nonzero().flatten()
        if len(places) == len(row):
            shares = likely[places][:, digits].double().softmax(1)
            row[:] = (shares @ severities).numpy()
    return rows
