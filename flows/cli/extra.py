"""Says which extra of the package brings a library that a command lacks."""

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
    "onnx": "onnx",
    "onnxscript": "onnx",
    "onnxruntime": "onnx",
}
"""What each extra brings, as in pyproject.toml; the first extra, where several bring it."""


def explain_missing(error: ModuleNotFoundError) -> str | None:
    """Say in one line how to install what could not be imported, if an extra brings it."""
    library = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(library)
    if extra is None:
        return None
    return (
        f"this needs {library}, which is not installed; run: "
        f"pip install 'reason-and-restore[{extra}]'"
    )
