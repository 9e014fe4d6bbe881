"""The JPEG file format: its segments, what they carry, and how the picture was coded."""
