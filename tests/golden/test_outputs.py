import json

import numpy as np
import pytest

from tests.golden import record

RECORDED = json.loads(record.FILE.read_text())
ADVICE = "if results are meant to change, raise the counter and run `python -m tests.golden.record`"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return json.loads(json.dumps(record.outputs(tmp_path_factory.mktemp("golden"))))


def test_a_raised_counter_is_recorded_with_its_results():
    assert record.counters() == RECORDED["counters"], ADVICE


@pytest.mark.skipif(
    record.machine() != RECORDED["machine"], reason="other machines differ in the last bits"
)
def test_the_same_machine_makes_the_same_bytes(found):
    for part in ("restored", "synthesized", "annotated", "evaluated", "trained"):
        for name, facts in RECORDED[part].items():
            assert found[part][name] == facts, f"{part} {name}: {ADVICE}"


def test_every_machine_restores_alike(found):
    for name, facts in RECORDED["restored"].items():
        scale = 257 if name == "noisy.png" else 1
        off = np.abs(np.array(found["restored"][name]["means"]) - np.array(facts["means"])) / scale
        assert off.max() < 1.5, f"{name}: {ADVICE}"


def test_every_machine_diagnoses_alike(found):
    for name, facts in RECORDED["restored"].items():
        if facts["prior"] is None:
            assert found["restored"][name]["prior"] is None
            continue
        for kind in ("haze", "blur", "rain", "noise"):
            ours, theirs = found["restored"][name]["prior"][kind], facts["prior"][kind]
            assert ours["present"] == theirs["present"], f"{name}: {ADVICE}"
            assert ours["severity"] == pytest.approx(theirs["severity"], abs=2.0)


def test_every_machine_annotates_alike(found):
    for name, facts in RECORDED["annotated"].items():
        ours, theirs = (np.array(one["severities"]) for one in (found["annotated"][name], facts))
        assert ((ours > 0) == (theirs > 0)).all(), f"{name}: {ADVICE}"
        assert np.allclose(ours, theirs, atol=2.0), f"{name}: {ADVICE}"


def test_every_machine_synthesizes_alike(found):
    for name, facts in RECORDED["synthesized"].items():
        ours = np.array(found["synthesized"][name]["severities"])
        assert np.allclose(ours, facts["severities"], atol=0.5), f"{name}: {ADVICE}"


def test_every_machine_evaluates_alike(found):
    for name, figures in RECORDED["evaluated"].items():
        assert np.allclose(found["evaluated"][name], figures, atol=0.2), f"{name}: {ADVICE}"


def test_every_machine_learns_alike(found):
    for name, facts in RECORDED["trained"].items():
        assert found["trained"][name]["log"] == pytest.approx(facts["log"], rel=0.03), (
            f"{name}: {ADVICE}"
        )
