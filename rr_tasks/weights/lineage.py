"""Which sources of degradations weights were trained on, as their files record it."""

import json
import re
from itertools import chain

from rr_tasks.storage.files import exists, join, read_bytes
from rr_tasks.weights.file import read_record
from schemas.recipe import RECIPES
from schemas.url import Url

SOURCES = "sources"
"""The entry of a record that lists them."""

RECORD = "reason-and-restore.json"
"""The record of a model that is a folder, beside its weights."""

_FOLDER = re.compile(r"(?P<name>.+)-[0-9a-f]{16}")
_ANY_TWO_FOLDERS = "pairs"


def read_sources(url: Url) -> frozenset[str]:
    """Read the names of all sources of the data that a network was trained on.

    Files of earlier releases name only the last data set, and not what the weights that they
    started from were trained on. None are named if the file says nothing.

    Raises:
        UnusableWeightsError: the file is missing.
        StorageError: storage refuses.
    """
    record = read_record(url)
    if SOURCES in record:
        return frozenset(record[SOURCES])
    return list_sources(record["shards"]) if record.get("shards") else frozenset()


def read_folder_sources(*folders: Url | None) -> frozenset[str]:
    """Read the names of all sources that models in folders were trained on by this project.

    Raises:
        StorageError: storage refuses.
    """
    records = [join(folder, RECORD) for folder in folders if folder]
    found = [json.loads(read_bytes(record))[SOURCES] for record in records if exists(record)]
    return frozenset(chain.from_iterable(found))


def list_sources(folder: str) -> frozenset[str]:
    """List the sources of a data set: its recipe, or those which that mixes, or its layout.

    Args:
        folder: the name of its folder; for any two folders of pairs, it is the source.
    """
    found = _FOLDER.fullmatch(folder)
    if found is None or found["name"] == _ANY_TWO_FOLDERS:
        return frozenset({folder})
    recipe = RECIPES.get(found["name"])
    return frozenset(recipe.sources if recipe else {found["name"]})
