"""TIFF files: what of one is the photograph, how its pixels are stored, and how to replace them."""
