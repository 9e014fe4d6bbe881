"""Says which extra of the package brings a library that a command lacks."""

import re
from traceback import walk_tb

EXTRAS = {
    "accelerate": "train",
    "skimage": "train",
    "torchmetrics": "train",
    "transformers": "train",
    "diffusers": "qwen",
    "torchvision": "qwen",
    "peft": "qwen",
    "xgrammar": "qwen",
    "openai": "remote",
    "distributed": "dask",
    "cloudpickle": "dask",
    "onnx": "onnx",
    "onnxscript": "onnx",
    "onnxruntime": "onnx",
}
"""What each extra brings, as in pyproject.toml; the first extra, where several bring it."""

_OF_QWEN = re.compile(r"^rr_tasks\..*\bqwen\b")


def explain_missing(error: ModuleNotFoundError) -> str | None:
    """Say in one line how to install what could not be imported, if an extra brings it."""
    library = (error.name or "").partition(".")[0]
    if library not in EXTRAS:
        return None
    importers = (str(frame.f_globals.get("__name__")) for frame, _ in walk_tb(error.__traceback__))
    # The tier needs more than what another extra may bring.
    extra = "qwen" if any(map(_OF_QWEN.search, importers)) else EXTRAS[library]
    return (
        f"this needs {library}, which is not installed; run: "
        f"pip install 'reason-and-restore[{extra}]'"
    )
