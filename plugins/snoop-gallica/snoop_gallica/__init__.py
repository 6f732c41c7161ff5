"""Gallica, the digital library of the Bibliothèque nationale de France, as a source of snoop-flow."""
