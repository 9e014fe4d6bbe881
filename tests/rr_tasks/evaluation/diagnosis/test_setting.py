from rr_tasks.evaluation.diagnosis.setting import JPEG_SIDE, Setting, list_settings
from schemas.assessment import AssessmentSpec
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import CDD11_LIKE, EDGE_DEFAULT, JpegRecipe


def test_the_largest_photographs_have_no_mixtures(grid) -> None:
    assert Setting("size", grid, 1, 4000).singles_only
    assert not Setting("size", grid, 1, 1024).singles_only
    assert not Setting("source", grid, 1).singles_only


def test_sizes_and_blends_are_never_saved_and_the_jpeg_always() -> None:
    spec = AssessmentSpec(
        reasoner=ReasonerIdentity(kind="edge", weights_sha256="0" * 64),
        inputs_sha256="0" * 64,
        decoder=2,
        recipes=(EDGE_DEFAULT, CDD11_LIKE),
        rounds=3,
        short_sides=(64, 128),
        seed=0,
    )
    made = list_settings(spec)
    assert [(one.part, one.recipe.name, one.short_side, one.rounds) for one in made] == [
        ("source", "edge-default", None, 3),
        ("source", "cdd11-like", None, 3),
        ("clean", "edge-default", None, 1),
        ("blend", "edge-default", None, 1),
        ("size", "edge-default", 64, 1),
        ("size", "edge-default", 128, 1),
        ("jpeg", "edge-default", JPEG_SIDE, 1),
    ]
    assert made[0].recipe == EDGE_DEFAULT.model_copy(update={"sampling": "grid"})
    assert [one.recipe.jpeg for one in made[2:6]] == [JpegRecipe(probability=0.0)] * 4
    assert made[6].recipe.jpeg == JpegRecipe(probability=1.0, quality=(85, 85))
