"""Bulk restoration of a folder of photographs: resumable, counted, originals never touched."""
