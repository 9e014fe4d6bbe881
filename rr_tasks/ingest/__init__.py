"""Degraded photographs that exist, with their clean partners, become shards."""
