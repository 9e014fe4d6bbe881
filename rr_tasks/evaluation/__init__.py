"""Evaluation: image quality, quality of the diagnosis, and promotion of better weights."""
