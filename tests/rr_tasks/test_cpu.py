import os
from pathlib import Path

import pytest

from rr_tasks.cpu import available_cpus


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_without_control_groups_affinity_decides(tmp_path: Path) -> None:
    assert available_cpus(tmp_path) == 8


@pytest.mark.parametrize(
    ("quota", "cpus"),
    [
        ("max 100000", 8),
        ("400000 100000", 4),
        ("150000 100000", 2),
        ("50000 100000", 1),
        ("9900000 100000", 8),
    ],
)
def test_a_quota_of_version_2(tmp_path: Path, quota: str, cpus: int) -> None:
    files = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": f"{quota}\n"}
    assert available_cpus(lay_out(tmp_path, files)) == cpus


def test_the_tightest_of_nested_groups_decides(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/jobs/one\n",
        "sys/fs/cgroup/jobs/cpu.max": "200000 100000\n",
        "sys/fs/cgroup/jobs/one/cpu.max": "600000 100000\n",
    }
    assert available_cpus(lay_out(tmp_path, files)) == 2


@pytest.mark.parametrize(
    ("mount", "group"),
    [("cpu,cpuacct", "docker/ab"), ("cpu", "docker/ab"), ("cpu", "")],  # the last from inside
)
def test_a_quota_of_version_1(tmp_path: Path, mount: str, group: str) -> None:
    files = {
        "proc/self/cgroup": "4:memory:/docker/ab\n2:cpu,cpuacct:/docker/ab\n0::/\n",
        f"sys/fs/cgroup/{mount}/{group}/cpu.cfs_quota_us": "300000\n",
        f"sys/fs/cgroup/{mount}/{group}/cpu.cfs_period_us": "100000\n",
    }
    assert available_cpus(lay_out(tmp_path, files)) == 3


def test_no_quota_of_version_1(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "1:cpu:/\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    }
    assert available_cpus(lay_out(tmp_path, files)) == 8
