"""How well the reasoner diagnoses photographs that it never saw (docs/REASONER.md)."""
