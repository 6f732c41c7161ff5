"""Reviewing: what an enrichment proposed, one by one or by bands of score."""
