"""People: who they are, what they may, and how they and their programs show it."""
