import os
import subprocess
import sys
from pathlib import Path

_LISTED = """
from threadpoolctl import threadpool_info
from rr_tasks.threads import compute_in_threads

compute_in_threads(1)
for pool in threadpool_info():
    print(pool["user_api"], pool["num_threads"])
"""


def test_nothing_else_computes_beside_a_thread_that_computes_alone() -> None:
    """Threads of NumPy's BLAS once took a quarter of the speed, unless `OMP_NUM_THREADS` was 1."""
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GOTO_NUM_THREADS")
    freely = {name: value for name, value in os.environ.items() if name not in limits}
    listed = subprocess.run(
        [sys.executable, "-c", _LISTED],
        cwd=Path(__file__).parents[2],
        env=freely,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(listed.stdout.splitlines()) == {"blas 1", "openmp 1"}
