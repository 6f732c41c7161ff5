"""Exporter `iiif2`: annotation lists for viewers and servers of IIIF Presentation 2, as a static tree.

```
collection.json          the manifests that are annotated
lists/ITEM.json          one `sc:AnnotationList` for each canvas
```

The manifests stay where they are: name each list in `otherContent` of its canvas, or load them into a server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_iiif import build_old_annotation, build_old_list


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write the tree below the folder `path`."""
    files: list[str] = []
    manifests: list[dict[str, str]] = []
    count = 0
    for uri, of_canvas in groupby(rows, key=lambda row: context.page_uri(row.item)):
        group = list(of_canvas)
        count += len(group)
        record = group[0].record
        if not manifests or manifests[-1]["@id"] != record.uri:
            label = next((text for texts in record.label.values() for text in texts), record.uri)
            manifests.append({"@id": record.uri, "@type": "sc:Manifest", "label": label})
        name = uri.rsplit("/", 1)[-1]
        document = build_old_list(
            f"{context.public_url}/iiif2/lists/{name}.json",
            [build_old_annotation(row.annotation) for row in group],
            record.uri,
        )
        files.append(_write(path / "lists" / f"{name}.json", document))
    files.append(_write(path / "collection.json", _collection(manifests, context)))
    return ExportReport(tuple(files), count)


def _collection(manifests: list[dict[str, str]], context: ExportContext) -> dict[str, Any]:
    return {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": f"{context.public_url}/iiif2/collection.json",
        "@type": "sc:Collection",
        "label": f"Annotated by {context.institution}",
        "manifests": manifests,
    }


def _write(path: Path, document: Mapping[str, Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8", "backslashreplace")
    return str(path)


IIIF_LISTS = ExporterSpec("iiif2", "IIIF Presentation 2 annotation lists, as a static tree", True, export, "IIIF 2")
