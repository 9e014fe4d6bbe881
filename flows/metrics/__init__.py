"""What operators measure: what runs have done, and what waits, for Prometheus."""
