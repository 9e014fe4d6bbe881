"""The shipped weights, and the files that hold weights."""
