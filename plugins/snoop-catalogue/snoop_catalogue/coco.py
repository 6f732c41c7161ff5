"""Exporter `coco`: images, boxes and categories as object detection has them (https://cocodataset.org/#format-data).

Boxes are in pixels of the canvas; a statement on a whole image is a box of its size. The list of annotations waits in a
temporary file while the images are written, so that neither is in memory.
"""

from __future__ import annotations

import json
import shutil
import tempfile
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
    categories: dict[str, dict[str, Any]] = {}
    with (
        path.open("w", encoding="utf-8", errors="backslashreplace") as file,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="backslashreplace") as waiting,
    ):
        file.write('{"images": ')
        with ArrayWriter(file) as images, ArrayWriter(waiting) as annotations:
            for number, (_, group) in enumerate(by_image(rows, context), 1):
                images.write(_image(number, group[0], context))
                for row in group:
                    count += 1
                    annotations.write(_annotation(count, number, row, categories))
        waiting.seek(0)
        file.write(', "annotations": ')
        shutil.copyfileobj(waiting, file)
        file.write(f', "categories": {json.dumps(list(categories.values()), ensure_ascii=False)}}}\n')
    return ExportReport((str(path),), count)


def _image(number: int, row: ExportRow, context: ExportContext) -> dict[str, Any]:
    picture, _ = statements.image(row, context)
    size = {"width": row.item.width, "height": row.item.height}
    return {"id": number, "file_name": picture or row.item.uri, "coco_url": picture, "canvas": row.item.uri, **size}


def _annotation(number: int, image: int, row: ExportRow, categories: dict[str, dict[str, Any]]) -> dict[str, Any]:
    known = categories.setdefault(
        row.visual_class.id,
        {"id": len(categories) + 1, "name": statements.term(row), "uri": row.annotation.concept_uri or ""},
    )
    left, top, width, height = statements.box(row)
    return {
        "id": number,
        "image_id": image,
        "category_id": known["id"],
        "bbox": [left, top, width, height],
        "area": width * height,
        "iscrowd": 0,
        "score": row.annotation.score,
        "decision": row.status.value,
        "annotation": row.annotation.id,
    }


COCO = ExporterSpec("coco", "COCO, for training and measuring object detection", False, export)
