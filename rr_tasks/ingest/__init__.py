"""Makes shards from existing degraded photographs and their clean partners."""
