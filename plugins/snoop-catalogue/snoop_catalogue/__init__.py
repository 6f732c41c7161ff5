"""Exporters to the formats of catalogues and of tools for annotated images; one module each.

Every exporter streams: it holds the statements on one canvas, or at most `grouping.MOST` of one record, whatever the
number of all.
"""
