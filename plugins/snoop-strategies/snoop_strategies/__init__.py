"""Query strategies for small pools."""
