"""`bench words`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import answering

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("documents", metavar="DOCUMENTS.csv", type=FILE)
@click.argument("queries", metavar="QUERIES.json", type=FILE)
@click.option("--text", multiple=True, required=True, metavar="COLUMN", help="A column of text; may be repeated.")
@click.option("--query", default="query", show_default=True, metavar="NAME", help="Name of the query in the JSON.")
@click.option("--database", metavar="URL", help="An empty database to measure in; by default SQLite.")
@answering
def words(documents: Path, queries: Path, **options: Any) -> Any:
    """Measure full-text search over titles and metadata by queries with known answers.

    DOCUMENTS.csv has a column file and columns of text; QUERIES.json is a list of objects with a query and relevant,
    the files that answer it.

    \b
    Example:  snoop-flow bench words photos.csv queries.json --text caption --query query_fr
    """
    from snoop_flow.benchmarks.words import bench_words  # late: other commands need none of it

    report = bench_words(documents, queries, **options)
    lines = [f"{report.queries} queries, {report.documents} documents, {report.database}"]
    lines.append(f"{'':22}{'recall':>9}{'R-prec.':>9}{'AP':>9}{'MRR':>9}{'ms':>9}")
    for one in report.ways:
        figures = (one.recall, one.r_precision, one.average_precision, one.reciprocal_rank)
        lines.append(f"{one.way:22}" + "".join(f"{value:9.3f}" for value in figures) + f"{one.milliseconds:9.2f}")
    return report, "\n".join(lines)
