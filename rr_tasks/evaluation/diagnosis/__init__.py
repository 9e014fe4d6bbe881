"""Measures how well a reasoner diagnoses photographs it has never seen (docs/REASONER.md)."""
