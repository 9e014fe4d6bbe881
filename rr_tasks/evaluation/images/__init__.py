"""Compares restored photographs with their clean partners."""
