"""WebDataset shards at any fsspec URL: published whole, trusted only with their done marker."""
