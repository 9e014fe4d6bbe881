"""Rewards: what is good about restorations, each a plain function to a list of numbers."""
