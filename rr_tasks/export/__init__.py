"""Data sets for other programs: Hugging Face `datasets`, and chats for fine-tuning."""
