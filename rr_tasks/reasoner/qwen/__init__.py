"""Vision-language models of the Qwen family as reasoners, run by transformers."""
