"""`bench regions`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import Function, answering, progress_bar
from snoop_flow.regions.spaces import WAYS


def _options(command: Function) -> Function:
    for option in (
        click.argument("labels", metavar="LABELS.csv", type=click.Path(path_type=Path, dir_okay=False)),
        click.option(
            "--label-column", default="label", show_default=True, metavar="NAME", help="Column of the labels."
        ),
        click.option("--backbone", metavar="NAME", help="Backbone, as NAME or FAMILY:FILE (see plugins)."),
        click.option("--per-image", type=click.IntRange(1), help="Regions kept of a page; by default region_windows."),
        click.option("--cells", type=click.IntRange(1), help="Cells along a page's longer side; else region_cells."),
        click.option("--by", type=click.Choice(WAYS), help="Describe regions by patches or crop by crop."),
        click.option(
            "--examples",
            type=click.IntRange(1),
            multiple=True,
            default=(1, 3, 5),
            show_default=True,
            help="Examples that a class is learned from; may be repeated.",
        ),
        click.option("--seeds", type=click.IntRange(1), default=5, show_default=True, help="Repetitions."),
    ):
        command = option(command)
    return command


@click.command()
@_options
@answering
def regions(labels: Path, examples: Sequence[int], **options: Any) -> Any:
    """Measure how objects on pages are found: whole images against regions, pages and boxes.

    LABELS.csv has the columns file (relative to it), a label, and x, y, w and h in pixels. All images of its folder are
    the corpus.

    \b
    Example:  snoop-flow bench regions pages/zones.csv --label-column zone --backbone onnx:mobilenet.toml
    """
    from snoop_flow.benchmarks.regions import bench_regions  # late: other commands need none of it

    with progress_bar("bench regions") as progress:
        report = bench_regions(labels, examples=examples, progress=progress, **options)
    return report, _table(report)


def _table(report: Any) -> str:
    numbers = list(report.objects[0].by_class)
    lines = [
        f"{report.pages} pages, {report.regions} regions by {report.by}, {report.segmented_per_second} pages a second, "
        f"{report.seeds} seeds, backbone {report.backbone}",
        "average precision of pages" + f"{'one box':>25}" + "".join(f"{_class(number):>16}" for number in numbers),
        f"{'label':20}{'pages':>6}{'area':>8}"
        + "".join(f"{name:>8}" for name in ("page", "crop", "region"))
        + "".join(f"{'whole':>8}{'region':>8}" for _ in numbers),
    ]
    for one in report.objects:
        figures = [one.by_box[name] for name in ("page", "crop", "regions")]
        figures += [one.by_class[number][name] for number in numbers for name in ("whole", "regions")]
        lines.append(f"{one.label[:20]:20}{one.pages:6}{one.area:8.4f}" + "".join(map(_number, figures)))
    lines += [
        "",
        "overlap of boxes (IoU) " + " " * 11 + "".join(f"{_class(number):>24}" for number in numbers),
        f"{'label':34}" + "".join(f"{'page':>8}{'window':>8}{'refined':>8}" for _ in numbers),
    ]
    for one in report.objects:
        figures = [one.by_class[number][name] for number in numbers for name in ("page", "window", "refined")]
        lines.append(f"{one.label[:34]:34}" + "".join(map(_number, figures)))
    return "\n".join(lines)


def _class(number: int) -> str:
    return f"class of {number}"


def _number(value: float | None) -> str:
    return f"{'–' if value is None else f'{value:.3f}':>8}"
