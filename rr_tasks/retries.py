"""Which failures of a task are worth another try."""

from typing import Any

TRANSIENT = (ConnectionError, TimeoutError)
"""What the network does, not what the input is."""


def is_transient(_task: Any, _run: Any, state: Any) -> bool:
    """Prefect's `retry_condition_fn`: retry what the network did, not what the input is."""
    try:
        state.result()
    except TRANSIENT:
        return True
    except Exception:  # noqa: BLE001 - whatever else went wrong would go wrong again
        return False
    return False
