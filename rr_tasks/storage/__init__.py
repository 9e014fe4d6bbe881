"""Storage behind fsspec URLs: local folders, S3 and whatever else fsspec knows."""
