"""The wheel works alone: nothing of the checkout is used, and no extra is needed for a restore."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from flows.cli.extra import EXTRAS

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "rr_tasks", "schemas")

Rr = Callable[..., str]


def build(target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target]
    subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what its dependencies are here, without the extras.

    A path in a .pth file is searched for packages, but its own .pth files, such as the one of an
    editable install, are not read.
    """
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    install = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True)
    blocked = f"import sys; sys.modules.update(dict.fromkeys({sorted(EXTRAS)}))"
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{blocked}\n")
    return folder


@pytest.fixture
def rr(clean: Path, tmp_path: Path) -> Rr:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*arguments: str | Path, program: str = "rr") -> str:
        command = [clean / "bin" / program, *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_packages_come_from_the_wheel_alone(rr: Rr, clean: Path) -> None:
    code = f"import {', '.join(PACKAGES)}\nfor m in ({', '.join(PACKAGES)}): print(m.__file__)"
    for place in rr("-c", code, program="python").split():
        assert Path(place).is_relative_to(clean)


def test_a_photograph_is_diagnosed_and_restored(rr: Rr, tmp_path: Path) -> None:
    sample = ROOT / "infra" / "samples" / "train" / "explore_world_animals__lemur.webp"
    photograph = cv2.resize(cv2.imread(str(sample)), (160, 120), interpolation=cv2.INTER_AREA)
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "lemur.jpg"), photograph)
    diagnosis = json.loads(rr("diagnose", "photos/lemur.jpg", "--json"))
    assert diagnosis["prior"]["image"] == {"width": 160, "height": 120}
    rr("restore", "photos", "restored")
    assert (tmp_path / "restored" / "lemur.jpg").exists()
    assert (tmp_path / "restored" / "_rr" / "report.html").exists()


def test_a_recipe_is_drawn_with_the_samples_of_the_wheel(rr: Rr, tmp_path: Path) -> None:
    rr("recipe", "edge-v2", "--sheet", "look.jpg")
    assert (tmp_path / "look.jpg").stat().st_size > 100_000


def test_the_wheel_says_what_it_is(rr: Rr, wheel: Path) -> None:
    assert rr("--version") == f"rr {wheel.name.split('-')[1]}\n"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert {"rr_tasks/sample_photographs/CREDITS", "flows/prefect.yaml"} <= names
    folders = {name.split("/")[0] for name in names}
    assert {name for name in folders if not name.endswith(".dist-info")} == {*PACKAGES}


def test_the_source_distribution_holds_all_that_builds_and_tests_it(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    for needed in ("pyproject.toml", "Makefile", "constraints.txt", "LICENSE", "README.md"):
        assert needed in names
    assert {"tests/test_wheel.py", "infra/samples/CREDITS", "docs/ARCHITECTURE.md"} <= names
    assert not any(name.startswith((".venv", "demo", "runs", "dist")) for name in names)
