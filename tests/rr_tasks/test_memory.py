import os
from pathlib import Path

import pytest

from rr_tasks.memory import available_memory

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
GIB = 2**30


def limit(root: Path, group: str, file: str, text: str) -> None:
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/cgroup").write_text(group)
    path = root / "sys/fs/cgroup" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("group", "file", "text", "expected"),
    [
        ("0::/job/inner\n", "job/memory.max", f"{GIB}\n", GIB),
        ("0::/job\n", "memory.max", f"{GIB}\n", GIB),  # a container sees its own group as the root
        ("0::/job\n", "job/memory.max", "max\n", MACHINE),
        ("4:memory:/job\n", "memory/job/memory.limit_in_bytes", f"{GIB}\n", GIB),
        ("4:memory:/job\n", "memory/job/memory.limit_in_bytes", f"{2**63 - 4096}\n", MACHINE),
        ("4:cpu,cpuacct:/job\n", "memory/job/memory.limit_in_bytes", f"{GIB}\n", MACHINE),
    ],
)
def test_a_container_has_as_much_memory_as_it_is_given(
    group: str, file: str, text: str, expected: int, tmp_path: Path
) -> None:
    limit(tmp_path, group, file, text)
    assert available_memory(tmp_path) == min(expected, MACHINE)


def test_without_groups_it_is_that_of_the_machine(tmp_path: Path) -> None:
    assert available_memory(tmp_path) == MACHINE
    assert 0 < available_memory() <= MACHINE
