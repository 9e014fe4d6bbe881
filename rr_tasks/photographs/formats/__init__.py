"""The file formats of photographs: pixels through libvips, metadata carried over byte for byte."""
