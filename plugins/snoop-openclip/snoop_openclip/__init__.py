"""Backbones of the OpenCLIP library, from folders, checkpoints or a hub."""
