"""The files for containers agree with the package and with each other; linters check the rest."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from packaging.specifiers import SpecifierSet

from flows import cli

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "infra" / "containers"
KUBERNETES = ROOT / "infra" / "kubernetes"
DOCKERFILE = (CONTAINERS / "Dockerfile").read_text()
SERVICES: dict[str, Any] = yaml.safe_load((CONTAINERS / "compose.yaml").read_text())["services"]


def pods() -> Iterator[Any]:
    """The specs of all pods of Kubernetes, by the names of what makes them."""
    for file in sorted(KUBERNETES.glob("*.yaml")):
        for made in yaml.safe_load_all(file.read_text()):
            if "template" in made.get("spec", {}):
                yield pytest.param(made["spec"]["template"]["spec"], id=made["metadata"]["name"])


def commands() -> Iterator[Any]:
    for name, service in SERVICES.items():
        yield pytest.param(service.get("command", []), id=f"compose-{name}")
    for pod in pods():
        for container in pod.values[0]["containers"]:
            yield pytest.param(container.get("command", []), id=f"{pod.id}-{container['name']}")


@pytest.mark.parametrize("command", list(commands()))
def test_commands_of_containers_exist(command: list[str]) -> None:
    if not command or command[0] != "rr":
        return
    group: Any = typer.main.get_command(cli.app)
    found = group.commands[command[1]]
    options = {name for one in found.params for name in one.opts if name.startswith("--")}
    assert {word for word in command if word.startswith("--")} <= options


@pytest.mark.parametrize("pod", list(pods()))
def test_pods_are_locked_in_and_say_what_they_need(pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    mounted = {one["name"] for one in pod.get("volumes", [])}
    for container in pod["containers"]:
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        if mounted:
            assert {one["name"] for one in container["volumeMounts"]} <= mounted
        for variable in container.get("env", []):
            assert "valueFrom" in variable or not re.search("PASSWORD|KEY|SECRET", variable["name"])


def test_a_worker_asks_for_a_card_and_another_for_none() -> None:
    needs = {
        str(pod.id): pod.values[0]["containers"][0]["resources"]["limits"].get("nvidia.com/gpu")
        for pod in pods()
    }
    assert {name: cards for name, cards in needs.items() if cards} == {"worker-gpu": 1}
    reserved = SERVICES["worker-gpu"]["deploy"]["resources"]["reservations"]["devices"]
    assert reserved[0]["driver"] == "nvidia"


def test_workers_and_what_shows_their_metrics_share_a_folder() -> None:
    for name in ("worker", "worker-gpu"):
        metrics = SERVICES[name.replace("worker", "metrics")]
        assert metrics["volumes"][0] in SERVICES[name]["volumes"]
        assert SERVICES[name]["environment"] == metrics["environment"]
    for pod in pods():
        if "worker" in str(pod.id):
            worker, metrics = pod.values[0]["containers"]
            assert {"name": "metrics", "mountPath": "/metrics"} in worker["volumeMounts"]
            assert {"name": "metrics", "mountPath": "/metrics"} in metrics["volumeMounts"]


def test_no_secret_is_written_down_and_only_this_machine_is_let_in() -> None:
    example = (CONTAINERS / ".env.example").read_text()
    for name in re.findall(r"^([A-Z_0-9]+)=(.*)$", example, re.MULTILINE):
        assert name[1] == ""
        assert f"${{{name[0]}" in (CONTAINERS / "compose.yaml").read_text()
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_image_is_pinned_unprivileged_and_of_a_python_that_the_package_knows() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    (version,) = {re.fullmatch(r"python:(\d+\.\d+\.\d+)-slim-\w+", base)[1] for base in bases}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert SpecifierSet(project["requires-python"]).contains(version)
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / name).exists() for name in line.split())
    for service in SERVICES.values():
        tag = service["image"].rpartition(":")[2]
        assert "build" in service or re.search(r"\d+\.\d+", tag), service["image"]
