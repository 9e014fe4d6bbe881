"""Priors as earlier releases wrote them."""

from typing import Any

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

_NEW_PARAMETERS = {"light", "transmission_map", "kernel", "channels"}


def as_version_2(prior: DiagnosticPrior) -> dict[str, Any]:
    """The prior as a document without light and maps."""
    document = prior.model_dump(mode="json")
    for name in DEGRADATIONS:
        if parameters := document[name]["parameters"]:
            for field in _NEW_PARAMETERS & parameters.keys():
                del parameters[field]
    return {**document, "schema_version": 2}


def as_version_1(prior: DiagnosticPrior) -> dict[str, Any]:
    """The prior as a document that also says nothing of certainty."""
    document = as_version_2(prior)
    for name in DEGRADATIONS:
        del document[name]["probability"], document[name]["severity_std"]
    return {**document, "schema_version": 1}
