"""File formats of photographs: pixels pass through libvips, metadata is copied byte for byte."""
