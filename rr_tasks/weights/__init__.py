"""Weights: the shipped ones, and the files that hold them."""
