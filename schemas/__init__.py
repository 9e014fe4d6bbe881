"""The data formats of Reason and Restore: pydantic models that import nothing else of ours."""
