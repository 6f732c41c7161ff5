"""Simulated audits: do the intervals hold the truth? `simulation` teaches and audits, `ways` and `peers` tell."""
