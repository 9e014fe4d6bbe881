"""Toys: models of the published classes at a size that a test can afford, with random weights."""
