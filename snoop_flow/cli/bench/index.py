"""`bench index`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.benchmarks import BenchReport
from snoop_flow.cli.options import answering

COLUMNS = {
    "build_seconds": "build s",
    "megabytes": "MB",
    "milliseconds_50": "ms @50",
    "milliseconds_1000": "ms @1000",
    "recall_at_50": "recall@50",
    "worst_recall_at_50": "worst",
    "recall_at_1000": "@1000",
    "recall_at_50_of_pictures": "pictures",
}


@click.command()
@click.option("--items", type=click.IntRange(1_000), default=200_000, show_default=True, help="Vectors.")
@click.option("--dimension", type=click.IntRange(2, 8192), default=768, show_default=True)
@click.option("--classes", type=click.IntRange(1), default=24, show_default=True, help="Fitted classes searched for.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--features", type=click.Path(path_type=Path, dir_okay=False), help="A .npy file to make vectors from.")
@click.option("--only", multiple=True, metavar="NAME", help="Measure this type or engine only; may be repeated.")
@click.option("--peers/--no-peers", default=True, show_default=True, help="Measure other engines as well.")
@click.option("--store", metavar="URL", help="Keep one more LanceDB table here, such as s3://bucket/bench.")
@answering
def index(**options: Any) -> Any:
    """Measure index types and other engines beside the exact scan: what they cost, and what they find of a class.

    \b
    Examples:  snoop-flow bench index --items 200000
               snoop-flow bench index --items 1000000 --only faiss-ivf-pq --only faiss-ivf-rabitq
    """
    from snoop_flow.benchmarks.index import bench_index  # late: other commands need none of it

    report = bench_index(**options)
    return report, _table(report)


def _table(report: BenchReport) -> str:
    setting = ", ".join(f"{name} {value}" for name, value in report.setting.items())
    rows = report.details["table"]
    wide = max(len(name) for name in rows)
    lines = [f"{report.name}: {setting}", f"{'':{wide}}" + "".join(f"{title:>11}" for title in COLUMNS.values())]
    for name, row in rows.items():
        lines.append(f"{name:{wide}}" + "".join(f"{row[column]:11.{_digits(column)}f}" for column in COLUMNS))
    lines.append(f"reading all codes once: {report.floor_milliseconds:.2f} ms")
    lines.append(f"the exact scan is exact: {'yes' if report.exact else 'no'}")
    return "\n".join(lines + [f"left out: {one}" for one in report.details.get("left_out", ())])


def _digits(column: str) -> int:
    return 3 if "recall" in column else 2 if "milliseconds" in column else 1
