"""Coordinates of a pixel's channels in which layer normalization is a mere division."""

import torch

_FAINT = 2.0**-20


class Coordinates:
    """Channels x (`width`,) as D Q x.

    The reflection Q (Householder 1958) turns the mean of the channels into the first coordinate;
    the others describe the differences from it, and have the same squared sum. D makes the first
    coordinate so small that it does not count in a sum of squares; floating point keeps all its
    digits. So layer normalization of x is the division of D Q x by its root mean square, and the
    first coordinate has no part in what follows.
    """

    def __init__(self, width: int) -> None:
        normal = torch.full((width,), width**-0.5)
        normal[0] -= 1.0
        # A single channel is its own mean.
        self._normal = normal / normal.norm() if width > 1 else torch.zeros(1)
        self._sizes = torch.ones(width)
        self._sizes[0] = _FAINT

    def write(self, values: torch.Tensor) -> torch.Tensor:
        """Let weights or biases (width, ...) that return channels return coordinates."""
        return self._scale(self._reflect(values), self._sizes)

    def read(self, weight: torch.Tensor) -> torch.Tensor:
        """Let weights (out, width, ...) that read channels read coordinates."""
        turned = self._scale(self._reflect(weight.transpose(0, 1)), 1 / self._sizes)
        return turned.transpose(0, 1)

    def read_normalized(self, weight: torch.Tensor) -> torch.Tensor:
        """Let weights (out, width, ...) that read layer-normalized channels read coordinates.

        The coordinates have to be divided by their root mean square.
        """
        without_mean = torch.ones_like(self._sizes)
        without_mean[0] = 0.0
        turned = self._scale(self._reflect(weight.transpose(0, 1)), without_mean)
        return turned.transpose(0, 1)

    def _reflect(self, values: torch.Tensor) -> torch.Tensor:
        along: torch.Tensor = torch.tensordot(self._normal, values, 1)
        return values - 2 * self._scale(along.expand_as(values), self._normal)

    @staticmethod
    def _scale(values: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
        return values * sizes.reshape(-1, *(1,) * (values.ndim - 1))
