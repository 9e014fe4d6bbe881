"""How an evaluation restores its samples."""

from typing import Literal

from schemas.base import Strict

PriorSource = Literal["predicted", "true", "shuffled", "none"]
"""Whose diagnosis the restorer is given: the reasoner's of the same sample, the data set's, the
reasoner's of another sample of the same shard, often of the same photograph with other
degradations, or none."""

BenchmarkName = Literal["ots", "sots", "rain100", "gopro", "sidd", "cdd11", "folder"]
"""Data sets of pairs for which others published figures, and folders of a user's own pairs."""

HomeGridName = Literal["benchmark", "benchmark-field"]
"""Frozen recipes of grids that degrade with the code which the shipped models learned from."""

StrangerGridName = Literal["cdd11", "agenticir"]
"""Frozen recipes of grids whose code no model learns from, and no choice of weights is based on."""

GridName = Literal[HomeGridName, StrangerGridName]
"""Recipes that restorations are measured on."""


class RestorationSetting(Strict):
    """Everything but the models that decides how the samples of an evaluation are restored.

    Without `maps`, priors lose their transmission maps, kernels and noise of single channels.
    Without `verify`, restorations are not judged. `seed` decides who gets whose prior if they are
    shuffled.
    """

    priors: PriorSource = "predicted"
    maps: bool = True
    verify: bool = True
    seed: int = 0

    @property
    def name(self) -> str:
        """Tells the rows of different settings apart, in the names of folders."""
        shuffled = f"-{self.seed}" if self.priors == "shuffled" else ""
        less = "".join(f"-no-{name}" for name in ("maps", "verify") if not getattr(self, name))
        return f"{self.priors}{shuffled}{less}"
