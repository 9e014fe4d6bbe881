"""The prior in words: the chain of thought, and the text that conditions a text-guided restorer.

Both are rendered from the findings alone, so the same findings always give the same words.
"""

from collections.abc import Iterable

from schemas.prior.current import (
    Blur,
    DegradationName,
    DiagnosticPrior,
    Haze,
    Noise,
    Rain,
)

UNDO_ORDER: tuple[DegradationName, ...] = ("noise", "blur", "rain", "haze")
"""The reverse of the order in which light met them: sensor, lens, falling rain, air."""

_GRADES = ((25.0, "slight"), (50.0, "moderate"), (75.0, "strong"), (100.0, "extreme"))


def grade(severity: float) -> str:
    """Name a severity: slight up to 25, moderate up to 50, strong up to 75, else extreme."""
    return next(word for limit, word in _GRADES if severity <= limit)


def undo_order(haze: Haze, blur: Blur, rain: Rain, noise: Noise) -> tuple[DegradationName, ...]:
    """The present degradations, the one to undo first at the front."""
    found = {"haze": haze, "blur": blur, "rain": rain, "noise": noise}
    return tuple(name for name in UNDO_ORDER if found[name].present)


def reasoning(haze: Haze, blur: Blur, rain: Rain, noise: Noise) -> str:
    """Write the chain of thought that leads from the findings to the order of treatment."""
    steps = [_haze_step(haze), _rain_step(rain), _blur_step(blur), _noise_step(noise)]
    order = undo_order(haze, blur, rain, noise)
    if order:
        steps.append(f"Light met them in the reverse order, so undo {_then(order)}.")
    else:
        steps.append("Nothing needs to be undone.")
    return " ".join(steps)


def instruction(prior: DiagnosticPrior) -> str:
    """Render the prior as an editing instruction for a text-conditioned restorer."""
    if not prior.order:
        return f"Keep this photograph as it is. {prior.scene.description}"
    severities = ", ".join(
        f"{name} (severity {getattr(prior, name).severity:.0f} of 100)" for name in prior.order
    )
    return (
        f"Restore this photograph: remove {severities}. {prior.reasoning} "
        f"Keep the scene unchanged: {prior.scene.description}"
    )


def _haze_step(haze: Haze) -> str:
    if haze.parameters is None:
        return "Distant parts keep their contrast: no haze."
    p = haze.parameters
    light = ", ".join(f"{channel:.2f}" for channel in p.atmospheric_light)
    return (
        f"Contrast fades with distance: {grade(haze.severity)} haze (severity "
        f"{haze.severity:.0f}); on average {p.transmission:.0%} of the scene's light arrives, "
        f"mixed with airlight of colour ({light})."
    )


def _rain_step(rain: Rain) -> str:
    if rain.parameters is None:
        return "No bright streaks share a direction: no rain."
    p = rain.parameters
    return (
        f"Bright streaks share a direction: {grade(rain.severity)} rain (severity "
        f"{rain.severity:.0f}); streaks of about {p.length_px:.0f} px at {p.angle_deg:.0f} degrees "
        f"cover {p.density:.0%} of the frame."
    )


def _blur_step(blur: Blur) -> str:
    if blur.parameters is None:
        return "Edges are crisp: no blur."
    p = blur.parameters
    axis = "" if p.kind == "defocus" else f" along {p.angle_deg:.0f} degrees"
    return (
        f"Edges are spread: {grade(blur.severity)} {p.kind} blur (severity {blur.severity:.0f}), "
        f"about {p.extent_px:.1f} px{axis}."
    )


def _noise_step(noise: Noise) -> str:
    if noise.parameters is None:
        return "Flat areas are smooth: no noise."
    p = noise.parameters
    return (
        f"Flat areas are grainy: {grade(noise.severity)} noise (severity {noise.severity:.0f}), "
        f"photon gain {p.gain:.4f} and read noise {p.sigma:.4f}."
    )


def _then(names: Iterable[str]) -> str:
    return ", then ".join(names)
