"""Loads a prior of any published version by migrating its JSON step by step to the current one."""

import copy
import json
from collections.abc import Callable
from typing import Any

from schemas.errors import ExpectedError
from schemas.prior import v1
from schemas.prior.current import CURRENT_VERSION, DiagnosticPrior

Document = dict[str, Any]


def _add_certainty(document: Document) -> Document:
    """Migrate 1 to 2: synthesis is certain; other authors did not say how certain they were."""
    exact = document["provenance"]["source"] == "synthesis"
    for name in v1.DEGRADATIONS:
        finding = document[name]
        finding["probability"] = float(finding["present"]) if exact else None
        finding["severity_std"] = 0.0 if exact else None
    return document


def _add_maps(document: Document) -> Document:
    """Migrate 2 to 3: light was mixed linearly, and nobody estimated maps."""
    maps = {"haze": "transmission_map", "blur": "kernel", "noise": "channels"}
    for name in v1.DEGRADATIONS:
        parameters = document[name].get("parameters")
        if parameters is not None:
            parameters["light"] = "linear"
            if name in maps:
                parameters[maps[name]] = None
    return document


MIGRATIONS: dict[int, Callable[[Document], Document]] = {1: _add_certainty, 2: _add_maps}
"""`MIGRATIONS[n]` turns a document of version n into one of version n + 1, without its version."""


class UnknownPriorVersionError(ExpectedError, ValueError):
    """This release does not know the version of a document."""


def check_version(version: object, place: str = "", target: int = CURRENT_VERSION) -> None:
    """Make sure that priors of this version can be read.

    Args:
        version: what a document, spec or marker calls its `schema_version`.
        place: what the message starts with, such as a URL; nothing by default.
        target: the newest version known.

    Raises:
        UnknownPriorVersionError: it is not a version, or is newer than `target`.
    """
    if type(version) is not int or version > target:
        raise UnknownPriorVersionError(
            f"{place and f'{place}: '}schema_version {version!r} of diagnostic priors is not known "
            f"here: this release reads versions up to {target}; upgrade reason-and-restore"
        )


def migrate(
    document: Document,
    migrations: dict[int, Callable[[Document], Document]] = MIGRATIONS,
    target: int = CURRENT_VERSION,
) -> Document:
    """Return `document` migrated to version `target`; the original does not change.

    Raises:
        UnknownPriorVersionError: `schema_version` is missing, newer than `target`, or older than
            the oldest migration.
    """
    check_version(document.get("schema_version"), target=target)
    document = copy.deepcopy(document)
    version: int = document["schema_version"]
    while version < target:
        if version not in migrations:
            raise UnknownPriorVersionError(
                f"no migration leads from diagnostic prior version {version} to {version + 1}"
            )
        document = {**migrations[version](document), "schema_version": version + 1}
        version += 1
    return document


def load_prior(
    text: str | bytes, model: type[DiagnosticPrior] = DiagnosticPrior
) -> DiagnosticPrior:
    """Parse a prior of any published version.

    Args:
        text: the JSON document.
        model: the prior's model; an extended one also reads the findings of its additional types.

    Raises:
        UnknownPriorVersionError: see `migrate`.
        ValidationError: the document breaks the schema of its version.
        json.JSONDecodeError: the text is not JSON.
    """
    document = json.loads(text)
    if not isinstance(document, dict):
        raise UnknownPriorVersionError("a diagnostic prior is a JSON object with schema_version")
    return model.model_validate_json(json.dumps(migrate(document)))
