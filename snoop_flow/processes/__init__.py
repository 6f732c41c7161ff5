"""Processes: threads, children and the collector, as long work wants them."""
