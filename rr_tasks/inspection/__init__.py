"""Data sets at a glance: counts from markers and sidecars, a few pictures, a page of HTML."""
