"""What a recipe says about each type of degradation: how it looks, apart from its severity."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Range, Strict, Unit


class SmokeRecipe(Strict):
    """Smoke instead of haze (`rr_tasks.degrade.smoke`).

    `probability` is the share of hazy photographs that get smoke; `light` is the brightness of its
    light and `warmth` how much red exceeds green, and green blue, both sRGB-coded; `background` is
    the share of the smoke that lies evenly between the plumes; `turbulence` is the standard
    deviation of the logarithm of the density.
    """

    probability: Unit = 0.25
    light: Range = Range(low=0.4, high=0.8)
    warmth: Range = Range(low=0.0, high=0.1)
    background: Range = Range(low=0.2, high=0.4)
    turbulence: Range = Range(low=0.3, high=0.9)


class PublishedHaze(Strict):
    """Haze exactly as the code of a data set makes it (`rr_tasks.degrade.published`).

    `beta` is drawn by itself and not fitted: severities from 0 to 100 stand for places in its
    range. Haze is thickest at the depth `farthest`; the depth is averaged over `smoothing_px`.
    """

    beta: Range
    farthest: Unit = 1.0
    smoothing_px: Annotated[int, Field(gt=0)] | None = None


class HazeRecipe(Strict):
    """Brightness of the airlight (sRGB-coded) and how far its channels may differ.

    `warmth` is how much red exceeds green, and green blue, as along the colours of daylight: below
    0 is blue shade, above it dust or evening; null is 0. `heterogeneity` is the standard deviation
    of the logarithm of the density over the photograph; null is an even haze.
    """

    light: Range = Range(low=0.6, high=0.95)
    tint: Unit = 0.08
    warmth: Range | None = None
    heterogeneity: Range | None = None
    smoke: SmokeRecipe | None = None
    published: PublishedHaze | None = None
    severity: Range | None = None


class ShakeRecipe(Strict):
    """Paths of a hand-held camera (`rr_tasks.degrade.shake`).

    `probability` is the share of motion blurs that are shake; the others are arcs. `inertia` is the
    share of its speed that a camera keeps over a four-hundredth of the exposure: 0.9 trembles, 0.99
    sweeps.
    """

    probability: Unit = 0.7
    inertia: Range = Range(low=0.9, high=0.99)


class BlurRecipe(Strict):
    """Shape of the point spread; its extent follows from the severity.

    `hard` is the share of point spreads that consist of whole pixels; null is none. `published`
    names a library whose kernels are used instead of all this (`rr_tasks.degrade.published`);
    severities from 0 to 100 stand for its levels.
    """

    curvature: Range = Range(low=0.0, high=0.5)
    anisotropy: Range = Range(low=0.4, high=1.0)
    shake: ShakeRecipe | None = None
    hard: Unit | None = None
    published: Literal["imagecorruptions"] | None = None
    severity: Range | None = None


class ShowerRecipe(Strict):
    """Rain in perspective (`rr_tasks.degrade.showers`).

    `layers` is the smallest and largest number of layers, at least 3; `width` is the softness
    (sigma) of the nearest streaks in pixels of a photograph of 512; `gusts` is the standard
    deviation of the logarithm of the number of drops; `convergence` is how much closer streaks are
    at the lower border than in the middle, as a share; `jitter_deg` is how far the directions of
    the layers differ.
    """

    layers: tuple[Annotated[int, Field(ge=3)], Annotated[int, Field(le=8)]] = (3, 6)
    width: Range = Range(low=0.4, high=1.2)
    gusts: Range = Range(low=0.0, high=0.6)
    convergence: Range = Range(low=-0.4, high=0.4)
    jitter_deg: Annotated[float, Field(ge=0.0, le=45.0)] = 4.0


class AddedRainRecipe(Strict):
    """Streaks that are added to the photograph, as in Rain100 (`rr_tasks.degrade.streaks`).

    `directions` is the smallest and largest number of directions, which differ by `spread_deg` at
    most; `width` is the softness (sigma) of the streaks in pixels.
    """

    directions: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=8)]] = (1, 3)
    spread_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 25.0
    width: Range = Range(low=0.4, high=1.0)


class PublishedRain(Strict):
    """Rain exactly as the code of a data set makes it (`rr_tasks.degrade.published`).

    `drops` is the share of the pixels where a streak begins: severities from 0 to 100 stand for
    places in its range.
    """

    drops: Range
    length_px: Range


class RainRecipe(Strict):
    """Streak geometry (length as a share of the short side) and brightness.

    With `added`, streaks have no colour of their own: they brighten everything by as much as white
    ones of their opacity would a mid grey.
    """

    length: Range = Range(low=0.03, high=0.09)
    angle_deg: Range = Range(low=60.0, high=120.0)
    opacity: Range = Range(low=0.4, high=0.9)
    light: Range = Range(low=0.7, high=0.95)
    shower: ShowerRecipe | None = None
    added: AddedRainRecipe | None = None
    published: PublishedRain | None = None
    severity: Range | None = None


class CameraRecipe(Strict):
    """What a camera does with the mosaic of its sensor (`rr_tasks.degrade.camera`).

    `probability` is the share of noisy photographs whose noise goes through a camera; the gains are
    those of white balance, with green at 1; `crosstalk` is how much of each other channel the
    colour matrix subtracts.
    """

    probability: Unit = 0.8
    red_gain: Range = Range(low=1.9, high=2.4)
    blue_gain: Range = Range(low=1.5, high=1.9)
    crosstalk: Range = Range(low=0.05, high=0.3)


class PublishedNoise(Strict):
    """Noise exactly as the code of a data set makes it.

    `sigma` is the standard deviation of gaussian noise in steps of 255. With `photons`, half of the
    noisy photographs have photon noise instead: 256 photons in white, their noise multiplied by
    this factor. Severities from 0 to 100 stand for places in both ranges.
    """

    sigma: Range
    photons: Range | None = None


class NoiseRecipe(Strict):
    """Share of the variance at mid grey that is read noise; the rest is photon noise.

    `sigmas` are standard deviations in steps of 255, of which half of the noisy photographs have
    the one that is nearest to their severity.
    """

    read_share: Range = Range(low=0.02, high=0.2)
    camera: CameraRecipe | None = None
    published: PublishedNoise | None = None
    sigmas: tuple[Annotated[float, Field(gt=0.0)], ...] | None = None
    severity: Range | None = None
