"""Formats that are read, but not written: their photographs are written as JPEG or PNG."""
