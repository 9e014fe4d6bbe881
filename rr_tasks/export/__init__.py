"""Data sets and the restorer for other programs: Hugging Face `datasets`, chats for fine-tuning, ONNX."""
