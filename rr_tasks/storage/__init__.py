"""Storage at fsspec URLs: local folders, S3, and anything else that fsspec supports."""
