"""Annotations made anew: what is stale, how long it takes, and what became different."""
