"""Statements on real manifests, with labels that are hard on XML, and the official schemas."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from lxml import etree

from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportRow
from snoop_flow.testing import export_context, export_rows, read_schema
from snoop_iiif import IIIFError, Manifest, read_document

ROOT = Path(__file__).parents[3]
HARD = "<script>alert('&amp;')</script> ]]> \x00\x08\x1b\ufffe\ud800 \u202eخريطة باريس\u202c\n=cmd|' /C calc'!A0"
CONCEPTS = (
    "http://vocab.getty.edu/aat/300028094",
    "https://data.bnf.fr/ark:/12148/cb11931827p",
    "http://vocab.getty.edu/ulan/500115588",
    "https://iconclass.org/25F23",
    "http://www.wikidata.org/entity/Q4006",
    "",
)

Exported = Callable[[ExporterSpec], Path]
Validate = Callable[[str, etree._Element], None]


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("SNOOP_FLOW_TEST_DATA") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"no test data in {folder}; set SNOOP_FLOW_TEST_DATA to the folder that holds data/ and schemas/")
    return folder


@pytest.fixture(scope="session")
def real_rows(shared: Path) -> list[ExportRow]:
    """Statements of one class each on the first canvases of all readable manifests of institutions."""
    folder = shared / "data" / "manifests"
    with (folder / "index.csv").open(encoding="utf-8") as file:
        listed = [row for row in csv.DictReader(file) if row["kind"] == "manifests" and row["real"] == "1"]
    rows = [row for place, one in enumerate(listed) for row in _on(folder / one["file"], place)]
    assert len({row.record.id for row in rows}) > 60
    return rows


def _on(path: Path, number: int) -> Iterator[ExportRow]:
    try:
        document = read_document(path.read_bytes(), f"https://example.org/{path.name}")
    except IIIFError:
        return
    if not isinstance(document, Manifest):
        return
    made_up = next(export_rows(1, 1))
    record = replace(
        made_up.record,
        id=f"r{number:04}",
        uri=document.uri,
        label=document.label,
        metadata=tuple((entry.label, entry.value) for entry in document.metadata),
        rights=document.rights or "",
        homepage=document.homepage or "",
    )
    for position, canvas in enumerate([one for one in document.canvases if one.images][:5]):
        item = replace(
            made_up.item,
            number=1000 * number + position,
            id=f"{record.id}-{position}",
            record_id=record.id,
            uri=canvas.uri,
            label=canvas.label,
            width=canvas.width or 0,
            height=canvas.height or 0,
            position=position,
            image=canvas.images[0].to_dict(),
        )
        for place in range(1 + position % 2):
            concept = CONCEPTS[(number + position + place) % len(CONCEPTS)]
            label = {"fr": ("Cartes",), "en": (HARD,)} if place else {"ar": ("خريطة",), "none": (HARD,)}
            box = (10, 20, 300, 200) if place else None
            annotation = replace(
                made_up.annotation,
                id=f"https://snoop.example.org/annotations/{item.id}-{place}",
                label=label,
                concept_uri=concept or None,
                canvas_uri=canvas.uri,
                manifest_uri=document.uri,
                box=box,
                run_uri="https://snoop.example.org/jobs/1",
            )
            visual_class = replace(made_up.visual_class, id=f"class-{place}", name=HARD if place else "carte")
            yield replace(made_up, annotation=annotation, item=item, record=record, visual_class=visual_class)


@pytest.fixture
def exported(real_rows: list[ExportRow], tmp_path: Path) -> Exported:
    """Writes all of `real_rows` in a format; returns where."""

    def export(spec: ExporterSpec) -> Path:
        place = tmp_path / spec.name
        if spec.writes_folder:
            place.mkdir()
        context: ExportContext = export_context()
        report = spec.export(iter(real_rows), place, context)
        assert report.records == len(real_rows)
        return place

    return export


@pytest.fixture(scope="session")
def validate(shared: Path) -> Validate:
    """Fails with the schema's complaints; schemas are named by their path below the folder of schemas."""
    folder = shared / "schemas"

    @lru_cache
    def schema(name: str) -> etree.XMLSchema:
        return read_schema(folder / name, folder)

    def check(name: str, element: etree._Element) -> None:
        found = schema(name)
        # as a document of its own
        assert found.validate(etree.fromstring(etree.tostring(element))), found.error_log

    return check
