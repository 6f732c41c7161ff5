"""Publishing: predictions → annotations that others can read, preview and export."""
