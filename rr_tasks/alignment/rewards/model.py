"""All rewards together, weighted."""

from collections.abc import Callable, Mapping

import numpy as np

from rr_tasks.alignment.rewards.fidelity import fidelity
from rr_tasks.alignment.rewards.naturalness import naturalness
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.rewards.scene import scene_agreement
from rr_tasks.alignment.rewards.severity import local_reduction, severity_reduction
from rr_tasks.reasoner.protocol import Reasoner
from schemas.alignment import RewardWeights

JUDGED: Mapping[str, Callable[[Restorations, Reasoner], list[float]]] = {
    "severity": severity_reduction,
    "local": local_reduction,
    "scene": scene_agreement,
}
"""Rewards for which the judge is asked."""

MEASURED: Mapping[str, Callable[[Restorations], list[float]]] = {
    "fidelity": fidelity,
    "naturalness": naturalness,
}

TOTAL = "total"


class RewardModel:
    """Scores restorations.

    Args:
        judge: the reasoner whose judgement rewards.
        weights: how much each reward counts; those with weight 0 are not computed.
    """

    def __init__(self, judge: Reasoner, weights: RewardWeights) -> None:
        self._judge = judge
        self._weights = {name: weight for name, weight in weights if weight}

    def score(self, restorations: Restorations) -> dict[str, list[float]]:
        """Score restorations.

        Returns:
            A number for each restoration, by the name of the reward, and their weighted sum as
            `total`, which is NaN where the judge's answer cannot be parsed.
        """
        judged = {
            name: reward(restorations, self._judge)
            for name, reward in JUDGED.items()
            if name in self._weights
        }
        measured = {
            name: reward(restorations) for name, reward in MEASURED.items() if name in self._weights
        }
        parts = judged | measured
        weighted = [weight * np.array(parts[name]) for name, weight in self._weights.items()]
        return {**parts, TOTAL: np.sum(weighted, axis=0).tolist()}
