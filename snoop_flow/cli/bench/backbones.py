"""`bench backbones`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snoop_flow.cli.options import answering, progress_bar

if TYPE_CHECKING:
    from snoop_flow.benchmarks.backbones import BackbonesReport


@click.command("backbones")
@click.argument(
    "labels", metavar="LABELS.csv…", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False)
)
@click.option(
    "--backbone",
    "backbones",
    multiple=True,
    default=("classical", "distilled"),
    show_default=True,
    metavar="NAME",
    help="Backbone, as NAME or FAMILY:FILE (see plugins); may be repeated.",
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Simulated curators per class.")
@answering
def backbones(labels: Sequence[Path], **options: Any) -> Any:
    """Compare backbones on labelled folders: nearest neighbours, a class after 30 marks, images a second on one core.

    Each LABELS.csv has the columns file and label; files are relative to it, several rows give several labels.

    \b
    Example:  snoop-flow bench backbones prints/labels.csv maps/labels.csv --backbone classical --backbone distilled
    """
    from snoop_flow.benchmarks.backbones import bench_backbones  # late: other commands need none of it

    with progress_bar("backbones") as progress:
        found = bench_backbones(labels, progress=progress, **options)
    return found, _table(found)


def _table(found: BackbonesReport) -> str:
    lines = [
        f"1-NN: nearest neighbour, leave-one-out. AP: average precision of one example, and after {found.marks} marks"
        f" ({found.strategy}, {found.seeds} seeds).",
        f"{'set':28}{'items':>7}{'classes':>9}  {'backbone':23}"
        f"{'1-NN':>8}{'AP, 1':>8}{f'AP, {found.marks}':>8}{'unseen':>8}",
    ]
    for row in found.results:
        path = Path(row.labels)
        name = path.parent.name or path.stem
        figures = (row.nearest_neighbour, row.without_feedback, row.average_precision, row.unseen_average_precision)
        values = "".join("       –" if value is None else f"{value:8.3f}" for value in figures)
        lines.append(f"{name[:27]:28}{row.items:7}{row.classes:9}  {row.backbone[-22:]:23}{values}")
    lines += ["", f"{'backbone':28}{'numbers':>9}{'images/s, one core':>21}"]
    lines += [f"{one.backbone[-27:]:28}{one.dimension:9}{one.images_per_second:21.1f}" for one in found.backbones]
    return "\n".join(lines)
