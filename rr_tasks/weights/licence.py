"""Under which licence a published model may be used, as its card says."""

from dataclasses import dataclass

from rr_tasks.weights.snapshot import Snapshot
from schemas.errors import ExpectedError

_CARD = "README.md"

_COMMERCIAL = frozenset(
    {"apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0"}
)
"""Licences that allow commercial use without asking."""


class LicenceError(ExpectedError, ValueError):
    """A model's licence does not allow what it should be used for."""


@dataclass(frozen=True)
class Licence:
    """The name of a licence; None if the model carries no card that names one."""

    name: str | None

    @property
    def is_commercial(self) -> bool:
        """Whether it is known to allow commercial use without an agreement."""
        return self.name is not None and self.name.lower() in _COMMERCIAL

    def __str__(self) -> str:
        """The name for people."""
        return self.name or "unknown licence"


def read_licence(model: Snapshot) -> Licence:
    """Read the licence that a model's card names."""
    # Late, because only published models have cards.
    from huggingface_hub import ModelCard  # noqa: PLC0415

    try:
        card = ModelCard.load(model.folder / _CARD).data
    except (OSError, ValueError):
        return Licence(None)
    named = card.get("license_name") if card.get("license") == "other" else card.get("license")
    return Licence(str(named) if named else None)


def require_commercial(model: Snapshot) -> None:
    """Refuse a model that is not known to allow commercial use.

    Raises:
        LicenceError: its licence does not, or is unknown.
    """
    licence = read_licence(model)
    if not licence.is_commercial:
        raise LicenceError(
            f"{model.name}: {licence}, which is not known to allow commercial use; choose another "
            "model, or do not ask for commercial ones only"
        )
