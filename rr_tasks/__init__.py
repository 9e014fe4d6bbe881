"""What the stages do, arranged by noun, and the part of it that other programs may use.

>>> from rr_tasks import EdgeReasoner, restore_photograph
>>> restored = restore_photograph("holiday.jpg")
>>> restored.shape, restored.dtype
((128, 168, 3), dtype('uint8'))

A diagnosis alone takes pixels, which the reasoner reads as sRGB:

>>> reasoner = EdgeReasoner.load()
>>> reasoner.diagnose(restored).noise.present
False

Nothing here imports Prefect.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_tasks.reasoner.edge import EdgeReasoner
    from rr_tasks.restoration import restore_photograph

__all__ = ["EdgeReasoner", "restore_photograph"]

_MODULES = {
    "EdgeReasoner": "rr_tasks.reasoner.edge",
    "restore_photograph": "rr_tasks.restoration",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import rr_tasks` stays quick."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
