"""Physics of degradation: clean photographs in, degraded ones with their ground truth out."""
