import subprocess
import sys
from pathlib import Path

_LISTED = """
from threadpoolctl import threadpool_info, threadpool_limits
from rr_tasks.threads import compute_in_threads

threadpool_limits(2)
print(*{pool["num_threads"] for pool in threadpool_info()})
compute_in_threads(1)
print(*{pool["num_threads"] for pool in threadpool_info()})
"""


def test_nothing_computes_beside_a_thread_that_computes_alone() -> None:
    """Threads of NumPy's products took a third of the speed, unless `OMP_NUM_THREADS` was 1."""
    listed = subprocess.run(
        [sys.executable, "-c", _LISTED],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.split() == ["2", "1"]
