import json
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.reasoner.protocol import Unparsed
from rr_tasks.reasoner.question import DIAGNOSIS
from rr_tasks.reasoner.qwen import model as module
from rr_tasks.reasoner.qwen.backbone import load_processor
from rr_tasks.reasoner.qwen.conversation import render_question
from rr_tasks.reasoner.qwen.model import QwenModel
from rr_tasks.reasoner.qwen.reasoner import QwenReasoner
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.snapshot import fetch_snapshot
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.prompt import answer_schema
from schemas.reasoner import QwenReasonerChoice

COUNT = 5


@pytest.fixture
def reasoner(toy: str) -> QwenReasoner:
    return load(toy)


@pytest.fixture
def thinking_reasoner(thinking_toy: str) -> QwenReasoner:
    return load(thinking_toy)


def load(toy: str) -> QwenReasoner:
    return QwenReasoner(QwenModel.load(QwenReasonerChoice(model=toy, batch_size=3)))


@pytest.fixture(scope="module")
def images() -> list[Bytes]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (40 + 30 * n, 90, 3), dtype=np.uint8) for n in range(COUNT)]


def test_severities_are_expectations_which_do_not_depend_on_the_batch(
    reasoner: QwenReasoner, images: list[Bytes]
) -> None:
    together = reasoner.expected_severities(images)
    assert together.shape == (COUNT, len(DEGRADATIONS))
    assert ((together > 0) & (together < 95)).all()  # no digit is certain
    alone = np.concatenate([reasoner.expected_severities([image]) for image in images])
    np.testing.assert_allclose(together, alone, atol=1e-3)


@pytest.mark.parametrize("kind", ["reasoner", "thinking_reasoner"])
def test_answers_become_priors_whatever_the_model_likes(
    kind: str,
    request: pytest.FixtureRequest,
    images: list[Bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schema = answer_schema()  # models of random weights make the most of strings
    schema["properties"]["reasoning"]["maxLength"] = 5
    schema["properties"]["scene"]["properties"]["description"]["maxLength"] = 5
    schema["properties"]["scene"]["properties"]["objects"]["maxItems"] = 1
    brief = DIAGNOSIS._replace(schema=schema)
    monkeypatch.setattr("rr_tasks.reasoner.qwen.reasoner.DIAGNOSIS", brief)
    reasoner = request.getfixturevalue(kind)
    for image, prior in zip(images[:2], reasoner.diagnose_all(images[:2]), strict=True):
        assert isinstance(prior, DiagnosticPrior), prior
        assert (prior.image.height, prior.image.width) == image.shape[:2]
        assert prior.provenance.weights_sha256 == reasoner.identity.weights_sha256
        assert prior.provenance.prompt_version == DIAGNOSIS.version


def test_a_model_that_thinks_is_given_an_empty_thought(thinking_toy: str) -> None:
    processor = load_processor(Path(thinking_toy))
    assert render_question(processor, "Why?").endswith("assistant\n<think>\n\n</think>\n\n")
    processor.chat_template = "{{ '<|im_start|>assistant\n<think>\n' }}"  # and knows no way out
    assert render_question(processor, "Why?").endswith("<think>\n\n</think>\n\n")


def test_severities_change_gradually_with_the_photograph(
    reasoner: QwenReasoner, images: list[Bytes]
) -> None:
    image = images[0]
    other = np.clip(image.astype(np.int16) + 1, 0, 255).astype(np.uint8)
    near, far = reasoner.expected_severities([other, images[1]])
    here = reasoner.expected_severities([image])[0]
    assert 0 < np.abs(near - here).max() < np.abs(far - here).max()


def test_an_answer_that_is_cut_off_keeps_its_text(
    reasoner: QwenReasoner, images: list[Bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TOKENS", 24)
    for answer in reasoner.diagnose_all(images[:2]):
        assert isinstance(answer, Unparsed)
        assert answer.text.startswith('{"scene": {"description": "')
        assert "no whole JSON object" in answer.reason


def test_out_of_memory_halves_the_batch_and_goes_on(
    reasoner: QwenReasoner, images: list[Bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = reasoner.expected_severities(images)
    asked: list[int] = []
    monkeypatch.setattr(module, "show", _fail_above(1, asked, module.show))
    np.testing.assert_allclose(reasoner.expected_severities(images), expected, atol=1e-3)
    assert asked == [3] + [1] * COUNT  # what did not fit once is not tried again


def test_a_single_photograph_that_does_not_fit_is_an_error(
    reasoner: QwenReasoner, images: list[Bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "show", _fail_above(0, [], module.show))
    with pytest.raises(torch.OutOfMemoryError):
        reasoner.expected_severities(images)


def test_threads_share_it(reasoner: QwenReasoner, images: list[Bytes]) -> None:
    expected = reasoner.expected_severities(images)
    found: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        found[number] = reasoner.expected_severities([images[number]])[0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose([found[n] for n in range(COUNT)], expected, atol=1e-3)


def test_all_that_decides_its_answers_is_in_its_identity(toy: str) -> None:
    reasoner = load_reasoner(QwenReasonerChoice(model=toy))
    assert load_reasoner(QwenReasonerChoice(model=toy)) is reasoner
    identity = reasoner.identity
    assert identity.kind == "qwen"
    assert identity.weights_sha256 == fetch_snapshot(toy).digest
    assert identity.decoding["dtype"] == "float32"
    assert set(identity.libraries) == {"transformers", "xgrammar"}
    halved = load_reasoner(QwenReasonerChoice(model=toy, dtype="bfloat16"))
    assert halved.identity.fingerprint != identity.fingerprint


def test_a_missing_model_is_named_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(UnusableWeightsError, match="no such folder"):
        load_reasoner(QwenReasonerChoice(model=str(tmp_path / "none")))


def test_a_model_of_another_family_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(UnusableWeightsError, match="family bert; use one of"):
        load_reasoner(QwenReasonerChoice(model=str(tmp_path)))


@pytest.mark.parametrize("name", ["config.json", "processor_config.json"])
def test_a_model_brings_no_code(
    toy: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is anybody asked whether it may run, who might say yes."""
    folder, sprung = Path(shutil.copytree(toy, tmp_path / "model")), tmp_path / "sprung"
    (folder / "trap.py").write_text(f"open({str(sprung)!r}, 'x')")
    kinds = ("Config", "ModelForImageTextToText", "Processor", "Tokenizer")
    settings = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
    settings["auto_map"] = {f"Auto{kind}": f"trap.{kind}" for kind in kinds}
    settings["processor_class"] = "Unknown"
    (folder / name).write_text(json.dumps(settings))
    monkeypatch.setattr("builtins.input", lambda _: "y")
    with suppress(UnusableWeightsError):  # what transformers knows, it loads by its own code
        load_reasoner(QwenReasonerChoice(model=str(folder)))
    assert not sprung.exists()


def _fail_above(most: int, asked: list[int], show: Callable) -> Callable:
    def fail(processor, texts, images):
        asked.append(len(images))
        if len(images) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return show(processor, texts, images)

    return fail
