"""A real vision-language model with real constrained decoding, behind HTTP."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.question import SCENE, Question
from rr_tasks.reasoner.qwen.model import QwenModel
from rr_tasks.reasoner.remote.model import RemoteModel
from rr_tasks.toys.reasoner import build_toy_reasoner
from schemas.reasoner import QwenReasonerChoice
from schemas.remote import RemoteReasonerChoice
from tests.openai_server import serving


def test_a_served_model_is_held_to_the_schema(tmp_path: Path) -> None:
    build_toy_reasoner(tmp_path / "model")
    local = QwenModel.load(QwenReasonerChoice(model=str(tmp_path / "model")))
    written: list[str] = []

    def write(image: Bytes, prompt: str, schema: Any) -> str:
        (text,) = local.write_all([image], Question("served", prompt, schema))
        written.append(str(text))
        return written[-1]

    images = list(np.random.default_rng(0).integers(0, 256, (2, 48, 64, 3), np.uint8))
    with serving(write) as served:
        choice = RemoteReasonerChoice(url=served.url, model="toy", cache=str(tmp_path / "replies"))
        texts = [text for image in images for text in RemoteModel(choice).write_all([image], SCENE)]
    assert texts == written
    for text in written:
        jsonschema.validate(json.loads(text, strict=False), SCENE.schema)
