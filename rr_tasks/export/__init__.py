"""Data sets in the formats of others: Hugging Face `datasets`, and chats for fine-tuning."""
