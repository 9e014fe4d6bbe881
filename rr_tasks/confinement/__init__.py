"""Does work that a hostile file could make endless or huge in processes that can be ended."""
