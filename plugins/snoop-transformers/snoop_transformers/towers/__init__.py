"""The models themselves; importing a module of this folder does not import torch, loading a tower does."""
