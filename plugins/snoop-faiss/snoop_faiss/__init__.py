"""Index types built on FAISS."""
