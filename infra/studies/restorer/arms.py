"""The arms of the study: small restorers that read more or less of a diagnosis."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import polars as pl
import torch
from measuring import measure_gains

from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import EdgeCondition, RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.restorer.protocol import Guides
from rr_tasks.storage.files import exists, join
from rr_tasks.training.loop import ProgressReport
from rr_tasks.training.restorer import train_restorer
from rr_tasks.weights.file import hash_weights, load_network, save_network
from schemas.evaluation import RestorationSetting
from schemas.network import RestorerShape
from schemas.prior.current import DiagnosticPrior
from schemas.training import LoopSettings

Reads = Literal["nothing", "vector", "guides"]

SHAPE = RestorerShape(
    width=16, encoder=(1, 1, 2), middle=2, decoder=(1, 1, 1), embedding=64, guides=True
)
CROP_SIDE = 128


class Arm(EdgeRestorer):
    """A restorer that reads only a part of its priors; all arms have the same network."""

    def __init__(self, network: RestorerNetwork, reads: Reads) -> None:
        super().__init__(network)
        self._reads = reads

    def survey(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Guides:
        """See `Restorer.survey`; without guides there is only the photograph itself."""
        return super().survey(photograph, prior if self._reads == "guides" else None)

    def prepare(
        self,
        images: torch.Tensor,
        priors: Sequence[DiagnosticPrior | None],
        guides: torch.Tensor,
    ) -> EdgeCondition:
        """See `Restorer.prepare`."""
        known = [None] * len(priors) if self._reads == "nothing" else priors
        return super().prepare(images, known, guides)


class Run(NamedTuple):
    """One arm, trained from one seed, in a folder of its own in `root`."""

    reads: Reads
    seed: int
    root: str

    @property
    def name(self) -> str:
        """Names it, and its folder."""
        return f"{self.reads}-{self.seed}"

    @property
    def _folder(self) -> str:
        return join(self.root, self.name)

    @property
    def _weights(self) -> str:
        return join(self._folder, "edge-restorer.safetensors")

    def train(
        self, shards: str, annotations: str, settings: LoopSettings, on_progress: ProgressReport
    ) -> None:
        """Train, or resume; finished weights are kept."""
        if exists(self._weights):
            return
        torch.manual_seed(self.seed)
        network = RestorerNetwork(SHAPE)
        train_restorer(
            Arm(network, self.reads),
            shards,
            annotations,
            settings,
            crop_side=CROP_SIDE,
            folder=self._folder,
            on_progress=on_progress,
        )
        record = {"study": self.name, "settings": settings.model_dump(mode="json")}
        save_network(network, self._weights, record)

    def evaluate(self, data: str, reasoner: Reasoner, setting: RestorationSetting) -> pl.DataFrame:
        """Restore an evaluation set with one kind of priors; see `measure_gains`."""
        restorer = Arm(load_network(self._weights, RestorerNetwork), self.reads).fuse()
        photographs = PhotographRestorer(restorer, hash_weights(self._weights))
        return measure_gains(Trial(data, reasoner, photographs, setting), self._folder)
