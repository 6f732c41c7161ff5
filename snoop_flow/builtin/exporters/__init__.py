"""The exporters that come with snoop-flow; each streams."""

from snoop_flow.builtin.exporters.csv_table import CSV, CSV_SPREADSHEET
from snoop_flow.builtin.exporters.iiif_lists import IIIF_LISTS
from snoop_flow.builtin.exporters.iiif_pages import IIIF_PAGES
from snoop_flow.builtin.exporters.parquet_table import PARQUET
from snoop_flow.builtin.exporters.w3c_lines import W3C_LINES

__all__ = ["CSV", "CSV_SPREADSHEET", "IIIF_LISTS", "IIIF_PAGES", "PARQUET", "W3C_LINES"]
