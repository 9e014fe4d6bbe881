"""Which failures are worth another try."""

TRANSIENT = (ConnectionError, TimeoutError)
"""What the network does, not what the input is."""
