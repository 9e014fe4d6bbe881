"""Pairs whose truth is known, because synthesis made them."""

from tests.rr_tasks.degrade.conftest import make, scene

__all__ = ["make", "scene"]
