"""What the measurements of degradations on pairs have in common."""

import numpy as np

from rr_tasks.degrade.color import Linear

_FAINTEST = 1.0
_SUREST = 0.05


def present_severity(severity: float) -> float:
    """Return the severity of what is known to be present, even if it is hardly visible."""
    return max(_FAINTEST, severity)


def severity_deviation(severity: float, *doubts: float) -> float:
    """Return the standard deviation of an estimated severity.

    Args:
        severity: the estimate.
        doubts: independent standard deviations, relative to the severity. A twentieth is added for
            what no measurement sees, such as compression of one of the photographs.
    """
    return min(100.0, severity * float(np.linalg.norm([_SUREST, *doubts])))


def unexplained_share(before: Linear, modelled: Linear, after: Linear) -> float:
    """Return the root mean square that a model leaves unexplained, as a share of all change."""
    changed = float(np.square(after - before).mean())
    left = float(np.square(after - modelled).mean())
    return min(1.0, (left / changed) ** 0.5) if changed > 0 else 1.0
