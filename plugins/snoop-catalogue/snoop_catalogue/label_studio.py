"""Exporter `label-studio`: tasks to import into Label Studio (https://labelstud.io/guide/tasks).

What a person accepted is an annotation of the task, the rest a prediction to correct there. Boxes are in percent of the
image. The labelling configuration needs `<Image name="image" value="$image"/>`, `<RectangleLabels name="box"
toName="image">` and, for whole images, `<Choices name="class" toName="image" choice="multiple">`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from snoop_catalogue import statements
from snoop_catalogue.grouping import by_image
from snoop_catalogue.json_files import ArrayWriter
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write one file."""
    count = 0
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        with ArrayWriter(file) as tasks:
            for _, group in by_image(rows, context):
                count += len(group)
                tasks.write(_task(group, context))
        file.write("\n")
    return ExportReport((str(path),), count)


def _task(group: list[ExportRow], context: ExportContext) -> dict[str, Any]:
    first = group[0]
    picture, _ = statements.image(first, context)
    facts = {"canvas": first.item.uri, "manifest": first.record.uri, "title": statements.title(first)}
    task: dict[str, Any] = {"data": {"image": picture, **facts}}
    accepted = [row for row in group if statements.confirmed(row)]
    proposed = [row for row in group if not statements.confirmed(row)]
    if accepted:
        task["annotations"] = [{"result": [_result(row) for row in accepted]}]
    if proposed:
        scores = [row.annotation.score for row in proposed if row.annotation.score is not None]
        version = "; ".join(dict.fromkeys(statements.process(row) for row in proposed))
        task["predictions"] = [
            {"model_version": version, "score": min(scores, default=0.0), "result": [_result(row) for row in proposed]}
        ]
    return task


def _result(row: ExportRow) -> dict[str, Any]:
    common = {"id": row.annotation.id, "to_name": "image", "score": row.annotation.score}
    term = statements.term(row)
    if row.annotation.box is None:
        return {**common, "from_name": "class", "type": "choices", "value": {"choices": [term]}}
    left, top, width, height = row.annotation.box
    across, down = 100 / max(row.item.width, 1), 100 / max(row.item.height, 1)
    value = {"x": left * across, "y": top * down, "width": width * across, "height": height * down, "rotation": 0}
    size = {"original_width": row.item.width, "original_height": row.item.height, "image_rotation": 0}
    box = {name: round(number, 4) for name, number in value.items()}
    return {
        **common,
        **size,
        "from_name": "box",
        "type": "rectanglelabels",
        "value": {**box, "rectanglelabels": [term]},
    }


LABEL_STUDIO = ExporterSpec("label-studio", "Label Studio tasks, to correct boxes there", False, export, "Label Studio")
