"""What is promised to whoever adds a type: two classes, and everything else follows."""

import json
import pickle
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from rr_tasks.degrade.catalogue import (
    CATALOGUE,
    UnknownDegradationError,
    list_types,
    prior_model,
)
from rr_tasks.degrade.mixture import degrade, draw_severities, list_combinations
from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.ingest.truth import estimate_truth
from rr_tasks.priors import make_absent_findings, make_prior
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.spec import open_dataset
from rr_tasks.shards.stream import read_samples
from rr_tasks.treatment.choice import choose_treatment
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, Provenance
from schemas.prior.migrations import load_prior
from schemas.prior.text import write_instruction
from schemas.prior.vector import FIELDS, field_names, findings_from_vector, to_vector
from schemas.recipe import DegradationRecipe, JpegRecipe, PartialRecipe
from tests.darkness import Darkness, DarknessPhysics
from tests.rows import read_rows

FIVE = list_types(*CATALOGUE.values(), DarknessPhysics())
MODEL = prior_model(FIVE, FIVE)
RECIPE = DegradationRecipe(
    name="dark",
    size=64,
    types=("haze", "darkness"),
    sampling="grid",
    jpeg=JpegRecipe(probability=0.0),
)


@pytest.fixture(scope="module")
def shard(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    spec, found = plan_synthesis(str(photographs), RECIPE, 1, None, 64, catalogue=FIVE)
    folder = open_dataset(str(tmp_path_factory.mktemp("dark")), spec, found)
    synthesize_shard(folder, spec, str(photographs), 0, pickle.loads(pickle.dumps(FIVE)))
    return folder


@pytest.fixture
def dark(photograph: np.ndarray) -> DiagnosticPrior:
    """A prior of a photograph that is dark and hazy."""
    severities = {"darkness": 60.0, "haze": 50.0}
    found = degrade(photograph, severities, RECIPE, np.random.default_rng(0), catalogue=FIVE)
    provenance = Provenance(source="synthesis", author="a test")
    return make_prior(photograph, found.findings, provenance, MODEL)


def test_a_shard_holds_each_mixture_of_the_types_of_the_recipe(shard: str) -> None:
    texts = [sample["prior.json"] for sample in read_samples(shard, 0, "prior.json")]
    priors = [load_prior(text, MODEL) for text in texts]
    assert [text.decode() for text in texts] == [prior.model_dump_json() for prior in priors]
    mixtures = [(), ("haze",), ("darkness",), ("haze", "darkness")]
    assert [tuple(prior.present()) for prior in priors] == 3 * mixtures
    assert priors[3].order == ("haze", "darkness")
    severities = read_rows(shard)["darkness"].to_list()
    assert severities == [prior.finding("darkness").severity for prior in priors]
    assert [row.status for row in shard_rows(shard, 0)] == ["ok"] * 12


def test_truth_is_rendered_as_vector_and_text(dark: DiagnosticPrior) -> None:
    vector = to_vector(dark)
    assert field_names(MODEL) == (
        *FIELDS,
        "darkness.present",
        "darkness.severity",
        "darkness.exposure",
    )
    back = findings_from_vector(vector, MODEL)
    assert back["darkness"].parameters.exposure == pytest.approx(vector[-1])
    assert back["darkness"].severity == pytest.approx(dark.finding("darkness").severity)
    assert "remove haze (severity 49 of 100), darkness (severity 59 of 100)." in write_instruction(
        dark
    )
    assert "Even the brightest parts are dim: strong darkness (severity 59), 4" in dark.reasoning
    assert dark.reasoning.endswith("so undo haze, then darkness.")


def test_what_is_kept_of_it_leaves_no_trace(dark: DiagnosticPrior) -> None:
    wanted = choose_treatment(dark, keep=("darkness",))
    assert wanted is not None
    assert wanted.order == ("haze",)
    assert "darkness" not in write_instruction(wanted)
    assert choose_treatment(dark, keep=("haze", "darkness")) is None


def test_who_does_not_know_the_type_says_so(dark: DiagnosticPrior) -> None:
    with pytest.raises(ValidationError, match="darkness"):
        load_prior(dark.model_dump_json())


def test_priors_of_the_four_types_stay_as_they_are(prior: DiagnosticPrior) -> None:
    assert tuple(DiagnosticPrior.types()) == DEGRADATIONS
    assert tuple(make_absent_findings(MODEL)) == (*DEGRADATIONS, "darkness")
    assert MODEL is prior_model(("darkness", "haze"), FIVE)
    assert prior_model(DEGRADATIONS, FIVE) is DiagnosticPrior
    document = json.loads(prior.model_dump_json())
    five = MODEL.model_validate_json(
        json.dumps({**document, "darkness": {"present": False, "severity": 0.0}})
    )
    assert to_vector(five)[: len(FIELDS)] == to_vector(prior)
    assert list(five.model_dump()) == [*document, "darkness"]


@pytest.mark.parametrize("partial", [None, PartialRecipe(probability=1.0)])
def test_another_type_alters_no_draw_of_the_others(
    photograph: np.ndarray, partial: PartialRecipe | None
) -> None:
    recipe = DegradationRecipe(name="test", partial=partial)
    severities = draw_severities(DEGRADATIONS, recipe, np.random.default_rng(1))
    four = degrade(photograph, severities, recipe, np.random.default_rng(2))
    more = degrade(photograph, severities, recipe, np.random.default_rng(2), catalogue=FIVE)
    assert more.image.tobytes() == four.image.tobytes()
    dark = {"darkness": 40.0, **severities}
    five = degrade(photograph, dark, recipe, np.random.default_rng(2), catalogue=FIVE)
    assert {name: five.findings[name] for name in ("blur", "rain", "noise")} == {
        name: four.findings[name] for name in ("blur", "rain", "noise")
    }
    assert five.findings["darkness"].present


def test_its_truth_is_estimated_on_pairs(photograph: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    found = degrade(photograph, {"darkness": 60.0}, RECIPE, rng, catalogue=FIVE)
    prior = estimate_truth(photograph, found.image, ["darkness"], None, "a test", catalogue=FIVE)
    assert prior.finding("darkness").severity == pytest.approx(60.0, abs=3)
    assert isinstance(prior.finding("darkness").parameters, Darkness)


def test_random_mixtures_are_those_of_the_types(photographs: Path, tmp_path: Path) -> None:
    recipe = RECIPE.model_copy(update={"sampling": "random", "clean_share": 0.0})
    spec, found = plan_synthesis(str(photographs), recipe, 1, 9, 9, catalogue=FIVE)
    folder = open_dataset(str(tmp_path), spec, found)
    synthesize_shard(folder, spec, str(photographs), 0, FIVE)
    samples = read_samples(folder, 0, "prior.json")
    made = [
        tuple(load_prior(sample["prior.json"], MODEL).present()) for sample in islice(samples, 9)
    ]
    assert sorted(made) == sorted(3 * list_combinations(("haze", "darkness")))


def test_a_recipe_cannot_name_a_type_that_does_not_exist(photographs: Path) -> None:
    with pytest.raises(
        UnknownDegradationError, match="no degradation 'darkness'; name some of haze"
    ):
        plan_synthesis(str(photographs), RECIPE, 1, None, 64)
