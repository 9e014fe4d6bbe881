"""Diagnosis: a photograph in, a diagnostic prior out."""
