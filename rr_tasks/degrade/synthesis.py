"""Synthesizes one shard of degraded photographs with their ground truth."""

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.catalogue import CATALOGUE, Catalogue, check_types, prior_model
from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.depth_file import cut_depth, list_depths, read_depth
from rr_tasks.degrade.lookalikes.background import find_background
from rr_tasks.degrade.lookalikes.choice import draw_kind, imitate
from rr_tasks.degrade.mixture import (
    Combination,
    Degraded,
    degrade,
    draw_severities,
    list_combinations,
)
from rr_tasks.degrade.square import choose_square, cut
from rr_tasks.degrade.streams import Streams
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.listing import Photographs, list_photographs, read_listing
from rr_tasks.photographs.reading import DECODER_VERSION, LARGEST_FILE, read_photograph
from rr_tasks.photographs.selection import Selection
from rr_tasks.priors import make_absent_findings, make_prior
from rr_tasks.shards.png import encode_png
from rr_tasks.shards.writer import Outcome, sample_key, write_shard
from rr_tasks.storage.identity import identity
from rr_tasks.storage.names import to_text
from schemas.prior.current import VISIBLE_SEVERITY, DiagnosticPrior, Provenance
from schemas.recipe import DegradationRecipe
from schemas.shard import DoneMarker, SampleRow, SynthesisSpec, spec_hash

_MOST_SAMPLES_PER_DECODE = 16


def list_variants(recipe: DegradationRecipe) -> tuple[Combination, ...]:
    """List what a grid makes of each photograph: the clean one, and every combination."""
    return ((), *list_combinations(recipe.all_types()))


def plan_synthesis(
    photographs: str,
    recipe: DegradationRecipe,
    seed: int,
    samples: int | None,
    shard_size: int,
    *,
    output: str | None = None,
    selection: Selection | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> tuple[SynthesisSpec, Photographs]:
    """Determine what will be made from a folder of clean photographs.

    Args:
        photographs: URL of the folder.
        recipe: how they are degraded.
        seed: decides every draw.
        samples: their number; None means every variant of every photograph once.
        shard_size: samples per shard.
        output: URL of the folder of data sets, where hashes are kept so that unchanged photographs
            are read only once; None to keep nothing.
        selection: photographs to pass over; by default what is hidden or belongs to systems.
        catalogue: the types of degradation that exist.

    Returns:
        The spec and the photographs.

    Raises:
        UnknownDegradationError: the recipe names a type that does not exist.
        MissingFolderError: no photographs.
    """
    check_types(recipe, catalogue)
    found = list_photographs(photographs, selection)
    measured = any(one.depth and one.depth.files for one in recipe.alternatives or (recipe,))
    depths = list_depths(photographs) if measured else []
    spec = SynthesisSpec(
        recipe=recipe,
        seed=seed,
        samples=samples or len(list_variants(recipe)) * len(found),
        shard_size=shard_size,
        inputs_sha256=identity(photographs, [*found, *depths], output, LARGEST_FILE),
        decoder=DECODER_VERSION,
    )
    return spec, found


def synthesize_shard(
    folder: str,
    spec: SynthesisSpec,
    photographs: str,
    shard: int,
    catalogue: Catalogue = CATALOGUE,
) -> DoneMarker:
    """Make one shard, or return its marker if it is finished.

    Each sample depends only on the spec and its own number, so shards have the same bytes in
    whatever order and by however many workers they are made.

    Args:
        folder: URL of the data set, as `rr_tasks.shards.spec.open_dataset` returns it.
        spec: what to make.
        photographs: URL of the folder of clean photographs.
        shard: number of the shard.
        catalogue: the types of degradation that exist.

    Raises:
        DamagedListingError: the data set's listing of photographs is missing or damaged.
        HeldError, OSError: see `rr_tasks.shards.writer.write_shard`.
    """
    cv2.setNumThreads(1)  # shards are the unit of parallel work
    listing = read_listing(folder, photographs)
    outcomes = _outcomes(spec, listing, shard, catalogue)
    return write_shard(folder, shard, spec_hash(spec), spec.schema_version, outcomes)


def _outcomes(
    spec: SynthesisSpec, photographs: Photographs, shard: int, catalogue: Catalogue
) -> Iterator[Outcome]:
    first = shard * spec.shard_size
    for number in range(first, min(first + spec.shard_size, spec.samples)):
        yield _outcome(spec, photographs, number, sample_key(shard, number - first), catalogue)


def _outcome(
    spec: SynthesisSpec, photographs: Photographs, number: int, key: str, catalogue: Catalogue
) -> Outcome:
    rng = np.random.default_rng((spec.seed, number))
    url, combination = _assignment(spec, photographs, number, rng)
    source = to_text(photographs.path(url))
    recipe = spec.recipe.alternative(number)
    chance = Streams(np.random.default_rng((spec.seed, number)))["lookalike"]
    lookalike = None if combination else draw_kind(recipe.lookalikes, chance)
    try:
        photograph = read_photograph(url)
        square = choose_square(photograph, recipe, rng)
        if lookalike == "background":
            square = find_background(photograph, square)
        measured = read_depth(url) if recipe.depth and recipe.depth.files else None
    except UnusablePhotographError as error:
        return SampleRow(key=key, source=source, status="failed", error=str(error)), None
    clean = cut(photograph, square, recipe)
    depth = None if measured is None else cut_depth(measured, photograph.shape[:2], square)
    if recipe.lookalikes and lookalike:
        clean = imitate(clean, lookalike, recipe.lookalikes, chance, depth)
    severities = draw_severities(combination, recipe, rng, catalogue)
    degraded = degrade(clean, severities, recipe, rng, depth, catalogue=catalogue)
    model = prior_model(spec.recipe.all_types(), catalogue)
    truth = ground_truth(clean, degraded, recipe, model)
    row = SampleRow.of(key, source, truth)
    packed = encode_png(clean)
    sample: dict[str, bytes | str] = {
        "clean.png": packed,
        "degraded.png": packed if degraded.image is clean else encode_png(degraded.image),
        "prior.json": truth.model_dump_json(),
    }
    return row, sample


def _assignment(
    spec: SynthesisSpec, photographs: Photographs, number: int, rng: np.random.Generator
) -> tuple[str, Combination]:
    if spec.recipe.sampling == "grid":
        variants = list_variants(spec.recipe)
        visited, variant = divmod(number, len(variants))
        return photographs[visited % len(photographs)], variants[variant]
    # Neighbours share a photograph, which is then decoded once, as long as all have their turn.
    sharing = max(1, min(_MOST_SAMPLES_PER_DECODE, spec.samples // len(photographs)))
    turn, place = divmod(number // sharing, len(photographs))
    visit = _visit(spec.seed, turn, len(photographs))
    mixtures = list_combinations(spec.recipe.alternative(number).all_types())
    round_of_mixtures, slot = divmod(number, len(mixtures))
    order = np.random.default_rng((spec.seed, round_of_mixtures, 2)).permutation(len(mixtures))
    clean = rng.random() < spec.recipe.clean_share
    return photographs[int(visit[place])], () if clean else mixtures[int(order[slot])]


@lru_cache(maxsize=2)
def _visit(seed: int, turn: int, count: int) -> npt.NDArray[np.int64]:
    """Draw the order in which one turn visits all photographs."""
    return np.random.default_rng((seed, turn, 1)).permutation(count)


def ground_truth(
    clean: Bytes,
    degraded: Degraded,
    recipe: DegradationRecipe,
    model: type[DiagnosticPrior] = DiagnosticPrior,
) -> DiagnosticPrior:
    """Return the prior known from synthesis; what is too faint to see counts as absent.

    Args:
        clean: (H, W, 3) sRGB bytes.
        degraded: the degraded photograph and its parameters.
        recipe: the recipe, which is named as the author.
        model: that of the prior.
    """
    findings = make_absent_findings(model) | dict(degraded.findings)
    visible = {
        name: finding if finding.severity >= VISIBLE_SEVERITY else finding.absent()
        for name, finding in findings.items()
    }
    exact = {
        name: finding.model_copy(update=_certainty(finding.present))
        for name, finding in visible.items()
    }
    provenance = Provenance(source="synthesis", author=f"recipe {recipe.name}")
    return make_prior(clean, exact, provenance, model)


def _certainty(present: bool) -> dict[str, float]:
    return {"probability": float(present), "severity_std": 0.0}
