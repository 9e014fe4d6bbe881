"""The report of a run of the whole pipeline: what was made, how good it is, and from what."""
