"""How far a reading of the edge reasoner is from the truth."""

from itertools import chain

import torch
from torch import nn
from torch.nn import functional

from rr_tasks.reasoner.network import CHANNEL_ENTRIES, Reading
from rr_tasks.training.objective import Losses
from rr_tasks.training.rounds import Batch
from schemas.prior.current import DEGRADATIONS
from schemas.prior.vector import (
    FIELDS,
    VECTOR_LENGTH,
    choice_entries,
    light_entries,
    presence_entries,
    severity_entries,
    slice_of,
)

SEEN = ("overview", "working", "native", "cepstra", "short_side")
"""What the network sees, in the order of its arguments."""

_PRESENT = presence_entries()
_SEVERITY = severity_entries()
_CHOICES = choice_entries()
_LIGHTS = light_entries()
_HAZE_LIGHT = FIELDS.index("haze.coded")
_PARTS = [VECTOR_LENGTH, len(DEGRADATIONS), len(CHANNEL_ENTRIES)]
_NOT_THERE = -100  # a class that cross-entropy leaves out
_LEAST_DOUBT = -7.0  # a tenth of a point of severity
# A severity is what users and rewards read, so it counts more than a parameter behind it.
# An axis is often beyond telling, as that of a round blur, and its errors are large.
_WEIGHTS = torch.tensor(
    [
        4.0 if field.endswith(("severity", "extent")) else 0.3 if field.endswith("2") else 1.0
        for field in FIELDS
    ]
)
_PRESENCE_WEIGHT = 3.0
_CHOICE_WEIGHT = 0.5  # the kind decides how long a blur of some softness is
_LIGHT_WEIGHT = 0.5
_MAP_WEIGHTS = {"map": 4.0, "kernel": 0.3, "channels": 2.0}


def diagnosis_loss(model: nn.Module, batch: Batch, _: torch.Generator) -> Losses:
    """Show a batch to a network and compare; see `compare`."""
    return compare(model(*(batch[name] for name in SEEN)), batch)


def compare(reading: Reading, batch: Batch) -> Losses:
    """Cross-entropy of presence, kinds and lights; absolute error of all else that is present.

    How far a severity may be off is learned as the scale of a Laplace distribution: |error| / scale
    + log scale. It follows the errors and does not change them. Maps are compared by their absolute
    error, and kernels by their divergence (Kullback and Leibler) from the true ones, if the network
    draws them and the truth knows them. No value is read back to the host, so that no step waits
    for the device.
    """
    truth = batch["vector"]
    predicted, doubt, channels = torch.split(reading.entries, _PARTS, 1)
    presence = functional.binary_cross_entropy_with_logits(
        predicted[:, _PRESENT], truth[:, _PRESENT]
    )
    choice = torch.stack([_choice_loss(name, predicted, truth) for name in _CHOICES]).sum()
    there = truth[:, _PRESENT]
    light = _mean_of(
        functional.binary_cross_entropy_with_logits(
            predicted[:, _LIGHTS], truth[:, _LIGHTS], reduction="none"
        ),
        there,
    )
    error = (predicted - truth).abs() * _compared_entries(truth) * _WEIGHTS.to(truth.device)
    parameters = error.sum() / len(truth)
    off = (predicted - truth)[:, _SEVERITY].detach().abs()
    doubt = doubt.clamp(min=_LEAST_DOUBT)
    certainty = (there * (off * (-doubt).exp() + doubt)).sum() / len(truth)
    drawn = _map_losses(reading, batch, channels)
    return {
        "loss": _PRESENCE_WEIGHT * presence
        + _CHOICE_WEIGHT * choice
        + _LIGHT_WEIGHT * light
        + parameters
        + 0.1 * certainty
        + sum(_MAP_WEIGHTS[name] * value for name, value in drawn.items()),
        "presence": presence,
        "severity_error": 100 * _mean_of(off, there),
        "light": light,
        **drawn,
    }


def _map_losses(reading: Reading, batch: Batch, channels: torch.Tensor) -> Losses:
    """Losses of transmission maps, kernels and channels, each where the truth knows it."""
    if reading.maps is None or reading.kernels is None:
        return {}
    # The truth is in the light in which the haze was mixed.
    coded = batch["vector"][:, _HAZE_LIGHT, None, None]
    linear_map, coded_map = reading.maps.sigmoid().unbind(1)
    drawn = torch.lerp(linear_map, coded_map, coded)
    kernels = batch["kernel"].flatten(1)
    likelihood = reading.kernels.flatten(1).log_softmax(1)
    divergence = functional.kl_div(likelihood, kernels, reduction="none").sum(1)
    noise = batch["channels"].flatten(1)
    return {
        "map": _mean_of((drawn - batch["map"]).abs(), batch["map"] >= 0),
        "kernel": _mean_of(divergence, kernels.sum(1) > 0),
        "channels": _mean_of((channels - noise).abs(), noise >= 0),
    }


def _mean_of(values: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """Average the values that count; 0 if none does."""
    return (values * counted).sum() / counted.sum().clamp(min=1)


def _choice_loss(name: str, predicted: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the kinds of one type where it is present; 0 where it never is."""
    places, present = _CHOICES[name], truth[:, FIELDS.index(f"{name}.present")] > 0.5
    kinds = torch.where(present, truth[:, places].argmax(1), _NOT_THERE)
    total = functional.cross_entropy(
        predicted[:, places], kinds, ignore_index=_NOT_THERE, reduction="sum"
    )
    return total / present.sum().clamp(min=1)


def _compared_entries(truth: torch.Tensor) -> torch.Tensor:
    """Select the entries that have a ground truth: those of present degradations."""
    mask = torch.zeros_like(truth)
    for name in DEGRADATIONS:
        span = slice_of(name)
        mask[:, span] = truth[:, span.start, None]
    mask[:, [*_PRESENT, *_LIGHTS, *chain.from_iterable(_CHOICES.values())]] = 0.0
    return mask
