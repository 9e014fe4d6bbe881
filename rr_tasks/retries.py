"""Which errors are worth retrying."""

TRANSIENT = (ConnectionError, TimeoutError)
"""Transient network errors, as opposed to bad input."""
