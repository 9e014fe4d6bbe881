"""Camera shake: the random path of a hand-held camera during the exposure.

The speed of the camera has inertia, is disturbed constantly by tremor and occasionally by a jolt,
and is pulled back towards the point of aim: the random motion of Boracchi and Foi ("Modeling the
performance of image restoration from motion blur", 2012). The shape is drawn first and then scaled
to its extent, so that the severity does not depend on it.
"""

import numpy as np
import numpy.typing as npt

from schemas.ranges import ShakeRecipe

Path = npt.NDArray[np.complex128]

_STEPS = 400
# Chance of a jolt in a step, and its strength relative to the tremor of a step.
_JOLT_CHANCE, _JOLT = 0.006, 25.0
# How fast a camera returns to its aim, per step squared.
_PULL = 2e-4


def shake_path(extent: float, recipe: ShakeRecipe, rng: np.random.Generator) -> Path:
    """Draw a path whose spread along its main axis is that of a straight line of this length.

    Args:
        extent: pixels; sqrt(12) standard deviations of the path along its main axis.
        recipe: the range of the inertia.
        rng: draws inertia, tremor, jolts and direction.

    Returns:
        Positions at equal time steps, x + iy with y upwards; their mean is 0.
    """
    inertia = recipe.inertia.draw(rng)
    push = rng.standard_normal(_STEPS) + 1j * rng.standard_normal(_STEPS)
    push *= np.where(rng.random(_STEPS) < _JOLT_CHANCE, _JOLT, 1.0)
    path = np.empty(_STEPS, np.complex128)
    place, speed = 0j, 4 * np.exp(2j * np.pi * rng.random()) / np.sqrt(1 - inertia**2)
    for step in range(_STEPS):
        speed = inertia * speed + push[step] - _PULL * place
        place += speed
        path[step] = place
    path -= path.mean()
    return path * (extent / (12**0.5 * main_axis(path)[0]))


def main_axis(path: Path, weights: npt.NDArray[np.float64] | None = None) -> tuple[float, float]:
    """Return the deviation of a centred path along its main axis, and that axis in degrees.

    Positions count by their weights, or alike.
    """
    power = float(np.average(np.abs(path) ** 2, weights=weights))
    twist = complex(np.average(path**2, weights=weights))
    deviation = ((power + abs(twist)) / 2) ** 0.5
    return deviation, float(np.degrees(np.angle(twist) / 2) % 180.0)
