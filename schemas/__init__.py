"""Data formats of Reason and Restore: pydantic models only, nothing of ours is imported here."""
