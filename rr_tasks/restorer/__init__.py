"""Restoration: a degraded photograph and its prior in, a clean one out."""
