import json
import subprocess
import sys
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from flows.cli.extra import EXTRAS, explain_missing

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "infra" / "samples" / "train"


IMPORTED_AS = {"scikit-image": "skimage"}


QWEN = ("transformers", "diffusers", "torchvision", "peft", "xgrammar", "accelerate")
"""What the extra qwen brings."""


def run_without(
    *arguments: str, libraries: tuple[str, ...], cwd: Path
) -> subprocess.CompletedProcess[str]:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        f"sys.modules |= dict.fromkeys({libraries})\n"
        "from flows.cli import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


@pytest.mark.parametrize(
    ("library", "arguments"),
    [
        ("accelerate", ("train", "restorer", "data", "annotations", "run")),
        ("transformers", ("recipe", "measured.json", "--sheet", "look.jpg")),
        ("torchmetrics", ("evaluate", str(SAMPLES), "out")),
        ("torchmetrics", ("recipe", "--fidelity")),
    ],
)
def test_a_command_names_the_extra_that_it_lacks(
    library: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    recipe = {"name": "measured", "depth": {"model": {"name": "a/model"}}}
    (tmp_path / "measured.json").write_text(json.dumps(recipe))
    result = run_without(*arguments, libraries=(library,), cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.endswith(
        f"Error: this needs {library}, which is not installed; run: "
        "pip install 'reason-and-restore[train]'\n"
    )


def test_the_edge_tier_needs_nothing_of_the_extra_qwen(tmp_path: Path) -> None:
    photograph = tmp_path / "a.png"
    cv2.imwrite(str(photograph), np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8))
    shown = run_without("restore", "--help", libraries=QWEN, cwd=tmp_path)
    assert "--tier" in shown.stdout
    restored = run_without("restore", str(photograph), "out", libraries=QWEN, cwd=tmp_path)
    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "out" / photograph.name).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("restore", "in", "out", "--tier", "qwen", "--restorer", "a/model"),
        ("restore", "in", "out", "--tier", "qwen", "--restorer", "a/model", "--plan"),
        ("diagnose", "a.png", "--tier", "qwen", "--reasoner", "a/model"),
    ],
)
def test_the_tier_qwen_names_its_extra(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = run_without(*arguments, libraries=QWEN, cwd=tmp_path)
    assert result.returncode == 1
    *_, line = result.stderr.splitlines()
    assert line.startswith("Error: this needs ")
    assert line.endswith("run: pip install 'reason-and-restore[qwen]'")
    assert not any(tmp_path.iterdir())


def test_a_library_that_no_extra_brings_is_a_bug_and_stays_one() -> None:
    assert explain_missing(ModuleNotFoundError(name="rr_tasks.nowhere")) is None
    assert explain_missing(ModuleNotFoundError(name="transformers.models")) is not None


def test_the_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    brought: dict[str, str] = {}
    for extra in ("train", "qwen", "remote", "dask", "onnx"):
        for requirement in extras[extra]:
            library = requirement.partition(">")[0]
            brought.setdefault(IMPORTED_AS.get(library, library), extra)
    assert brought == EXTRAS
    assert extras["all"] == ["reason-and-restore[train,qwen,remote,dask,onnx]"]
