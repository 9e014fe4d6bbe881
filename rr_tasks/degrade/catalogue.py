"""The types of degradation that exist, and which of them a recipe uses."""

from collections.abc import Iterable, Mapping

from rr_tasks.degrade.blur import BlurPhysics
from rr_tasks.degrade.haze import HazePhysics
from rr_tasks.degrade.noise import NoisePhysics
from rr_tasks.degrade.physics import AnyPhysics
from rr_tasks.degrade.rain import RainPhysics
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior
from schemas.recipe import DegradationRecipe

Catalogue = Mapping[str, AnyPhysics]
"""Types by their names."""


class UnknownDegradationError(ExpectedError, ValueError):
    """A recipe names a type of degradation that does not exist."""


def list_types(*types: AnyPhysics) -> Catalogue:
    """Make a catalogue of these types."""
    return {physics.name: physics for physics in types}


CATALOGUE = list_types(HazePhysics(), BlurPhysics(), RainPhysics(), NoisePhysics())


def check_types(recipe: DegradationRecipe, catalogue: Catalogue) -> None:
    """Make sure that all types of a recipe exist.

    Raises:
        UnknownDegradationError: the message names the others.
    """
    for name in recipe.all_types():
        if name not in catalogue:
            raise UnknownDegradationError(
                f"recipe {recipe.name}: types: there is no degradation {name!r}; "
                f"name some of {', '.join(catalogue)}"
            )


def prior_model(types: Iterable[str], catalogue: Catalogue = CATALOGUE) -> type[DiagnosticPrior]:
    """Return the model of priors that hold findings of these types besides the usual ones."""
    more = [name for name in types if name not in DiagnosticPrior.types()]
    return DiagnosticPrior.extend(*(catalogue[name].finding.degradation() for name in more))
