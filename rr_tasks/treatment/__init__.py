"""What is done to a photograph: which findings are undone, how far, and whether that did good."""
