"""Visual classes: defining, marking, teaching, and choosing what to show next."""
