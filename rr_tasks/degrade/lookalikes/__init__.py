"""Clean photographs that look degraded but are meant so: a reasoner has to leave them alone."""
