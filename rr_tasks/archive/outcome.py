"""The outcomes of photographs in words."""

from schemas.archive import Counts, Status

OUTCOMES: dict[str, str] = {
    "restored": "restored",
    "clean": "needed nothing",
    "uncertain": "uncertain",
    "kept": "kept on request",
    "protected": "protected from losses",
    "unimproved": "not improved by restoring",
    "failed": "failed",
}
"""All but the first and the last are reasons to leave a photograph alone."""

WORDS = {name: OUTCOMES.get(name, "done before") for name in Counts.model_fields}
"""What people call the fields of `Counts`."""

LEFT_ALONE: tuple[Status, ...] = ("clean", "uncertain", "kept", "protected", "unimproved")
