"""Embedding: images → vectors of a backbone, as a job that can be resumed."""
