"""Exporter `iiif`: a static tree of Presentation 3 documents, one complete annotation page per canvas.

```
collection.json                   the manifests that are annotated
manifests/RECORD.json             manifests of local records, which link the pages
annotations/ITEM.json             annotation pages
```

One page per canvas, because Mirador never follows `next`. Manifests of other institutions stay where they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_iiif import CollectionDraft, Member, build_annotation, build_assessment, build_collection, build_page


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write the tree below the folder `path`."""
    files: list[str] = []
    members: list[Member] = []
    count = 0
    for _, of_record in groupby(rows, key=lambda row: row.record.id):
        # regions come with the image that they were cut out of, and share its page
        for number, (uri, of_canvas) in enumerate(groupby(of_record, key=lambda row: context.page_uri(row.item))):
            group = list(of_canvas)
            first = group[0]
            count += len(group)
            name = uri.rsplit("/", 1)[-1]
            files.append(_write(path / "annotations" / f"{name}.json", _page(uri, group, context)))
            if number == 0:
                members.append(Member(first.record.uri, "manifest", first.record.label))
                if first.record.local:
                    manifest = context.manifest(first.record)
                    files.append(_write(path / "manifests" / f"{first.record.id}.json", manifest))
    files.append(_write(path / "collection.json", _collection(members, context)))
    return ExportReport(tuple(files), count)


def _page(uri: str, group: list[ExportRow], context: ExportContext) -> dict[str, Any]:
    documents = []
    for row in group:
        documents.append(build_annotation(row.annotation, "iiif", context.extension_context))
        if row.annotation.verdict is not None:
            documents.append(build_assessment(row.annotation, "iiif", context.extension_context))
    return build_page(uri, documents, "iiif", context.extension_context)


def _collection(members: list[Member], context: ExportContext) -> dict[str, Any]:
    label = {"en": (f"Annotated by {context.institution}",), "fr": (f"Annoté par {context.institution}",)}
    return build_collection(CollectionDraft(f"{context.public_url}/iiif/collection", label, tuple(members)))


def _write(path: Path, document: Mapping[str, Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8", "backslashreplace")
    return str(path)


IIIF_PAGES = ExporterSpec("iiif", "IIIF Presentation 3 annotation pages, as a static tree", True, export)
