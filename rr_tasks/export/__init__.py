"""Data sets for other programs, as Hugging Face `datasets` or chats, and the restorer as ONNX."""
