"""Makes shards of existing degraded photographs and their clean partners."""
