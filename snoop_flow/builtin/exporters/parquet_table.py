"""Exporter `parquet`: the columns of `csv` with their types, for pandas, DuckDB, R and Polars.

https://parquet.apache.org/; written by pyarrow, which is loaded only here and need not be installed. Columns are
compressed in row groups as they come in, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from snoop_flow.builtin.exporters.columns import COLUMNS, Value
from snoop_flow.errors import PluginError
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

BATCH = 256


def export(rows: Iterable[ExportRow], path: Path, _: ExportContext) -> ExportReport:
    """Write the table to `path`.

    Raises:
        PluginError: pyarrow is not installed.
    """
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        reason = "needs pyarrow; install it with: pip install 'snoop-flow[parquet]', or export csv"
        raise PluginError(f"parquet: {reason}") from error
    schema = arrow.schema([(name, _type(arrow, kind)) for name, (kind, _read) in COLUMNS.items()])
    count = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            count += len(batch)
            columns = [
                arrow.array([_legal(read(row)) for row in batch], field.type)
                for field, (_kind, read) in zip(schema, COLUMNS.values(), strict=True)
            ]
            writer.write_batch(arrow.record_batch(columns, schema=schema))
    return ExportReport((str(path),), count)


def _batches(rows: Iterable[ExportRow]) -> Iterator[list[ExportRow]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _legal(value: Value) -> Value:
    """Half a pair of surrogates is no text in UTF-8."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _type(arrow: Any, kind: type) -> Any:
    known = {
        str: arrow.string(),
        int: arrow.int32(),
        float: arrow.float64(),
        datetime: arrow.timestamp("s", "UTC"),
        list[int]: arrow.list_(arrow.int32()),
        list[str]: arrow.list_(arrow.string()),
    }
    return known[kind]


PARQUET = ExporterSpec("parquet", "A table for analysis, with types (needs pyarrow)", False, export, "Parquet")
