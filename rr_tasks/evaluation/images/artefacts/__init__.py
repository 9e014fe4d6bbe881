"""Measures what restorations add that nobody photographed."""
