"""Backbones of the transformers library, from folders or a hub."""
