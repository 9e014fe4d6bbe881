import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import load_network, read_record, save_network
from rr_tasks.weights.lineage import SOURCES, read_sources

FOLDER = Path(__file__).parents[3] / "infra" / "weights"

Average = Callable[..., str]


@pytest.fixture
def average(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Average:
    """Save two networks, run the script with these options, and return the file that it writes."""
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("average")

    def run(one: RestorerNetwork, other: RestorerNetwork, *options: str) -> str:
        files = [str(tmp_path / name) for name in ("one", "other", "averaged")]
        save_network(one, files[0], {SOURCES: ["field"]})
        save_network(other, files[1], {SOURCES: ["edge-v2", "field"]})
        monkeypatch.setattr(sys, "argv", ["average.py", *files, *options])
        script.main()
        return files[2]

    return run


@pytest.mark.parametrize(("options", "share"), [((), 0.5), (("--share", "0.75"), 0.75)])
def test_weights_are_averaged(
    average: Average,
    restorer_network: Callable[..., RestorerNetwork],
    options: tuple[str, ...],
    share: float,
) -> None:
    one, other = (restorer_network(noise, guides=True) for noise in (0.1, 0.2))
    averaged = average(one, other, *options)
    state, others = one.state_dict(), other.state_dict()
    for name, value in load_network(averaged, RestorerNetwork).state_dict().items():
        expected = share * state[name] + (1 - share) * others[name]
        assert torch.allclose(value, expected, atol=2e-3), name  # rounded to float16
    assert read_sources(averaged) == {"edge-v2", "field"}
    assert "seal" in read_record(averaged)


def test_other_shapes_and_shares_are_refused(
    average: Average,
    restorer_network: Callable[..., RestorerNetwork],
    capsys: pytest.CaptureFixture[str],
) -> None:
    guided, unguided = restorer_network(guides=True), restorer_network()
    with pytest.raises(SystemExit):
        average(guided, unguided)
    assert "add_guides.py" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        average(guided, guided, "--share", "1.5")
    assert "--share 1.5: must be from 0 to 1" in capsys.readouterr().err
