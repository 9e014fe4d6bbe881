"""Restores with Qwen's image editing models, which are told the diagnosis in words."""
