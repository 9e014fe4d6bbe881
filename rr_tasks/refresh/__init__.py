"""Re-annotation: what is stale, how long a refresh takes, and what it changed."""
