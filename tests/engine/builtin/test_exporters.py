"""What the built-in exporters write, beside the contract."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snoop_flow.builtin import register_exporters
from snoop_flow.entities import LanguageMap
from snoop_flow.errors import PluginError
from snoop_flow.plugin_types import ExportRow
from snoop_flow.testing import export_context, export_rows

SPECS = {spec.name: spec for spec in register_exporters()}
HARD = [
    ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
    ("@SUM(1;2)", "'@SUM(1;2)"),
    ("  =1+1", "'  =1+1"),
    ("\t=1", "' =1"),
    ("\uff1d1+1", "'\uff1d1+1"),
    ('a;b"c\nd\x00e', 'a;b"c d e'),
    ("خريطة \u202eباريس\u202c", "خريطة \u202eباريس\u202c"),
    ("-12,5", "-12,5"),
    ("half \ud800 a pair", "half ? a pair"),
]


def hard_rows() -> list[ExportRow]:
    rows = list(export_rows(len(HARD), 1))[::2]
    return [
        replace(row, record=replace(row.record, label={"fr": (text,)}))
        for row, (text, _) in zip(rows, HARD, strict=True)
    ]


@pytest.mark.parametrize(("name", "delimiter", "point"), [("csv", ",", "."), ("csv-spreadsheet", ";", ",")])
def test_the_table_holds_hard_texts(tmp_path: Path, name: str, delimiter: str, point: str) -> None:
    path = tmp_path / "table.csv"
    SPECS[name].export(hard_rows(), path, export_context())
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") == (name == "csv-spreadsheet")
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file, delimiter=delimiter))
    assert [row["title"] for row in table] == [written for _, written in HARD]
    assert table[0]["score"] == f"0{point}7500"
    assert len(path.read_text("utf-8-sig").splitlines()) == len(HARD) + 1


def test_ark_and_view_of_gallica(tmp_path: Path) -> None:
    row = next(export_rows(1, 1))
    base = "https://gallica.bnf.fr/iiif/ark:/12148/btv1b530570366"
    gallica = replace(
        row,
        record=replace(row.record, uri=f"{base}/manifest.json"),
        item=replace(row.item, uri=f"{base}/canvas/f12"),
        annotation=replace(row.annotation, box=(1, 2, 3, 4)),
    )
    SPECS["csv"].export([gallica], tmp_path / "table.csv", export_context())
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        found = next(csv.DictReader(file))
    assert (found["ark"], found["view"], found["box"]) == ("ark:/12148/btv1b530570366", "f12", "1,2,3,4")


def dated_rows() -> list[ExportRow]:
    lines: tuple[tuple[LanguageMap, LanguageMap], ...] = (
        ({"fr": ("Date",)}, {"none": ("vers 1890-1895",)}),
        ({"fr": ("Lieu",)}, {"none": ("[Paris",)}),
        ({"fr": ("Lieu",)}, {"none": ("Lyon",)}),
    )
    return [replace(row, record=replace(row.record, metadata=lines)) for row in export_rows(3)]


def test_the_table_tells_dates_and_places(tmp_path: Path) -> None:
    SPECS["csv"].export(dated_rows(), tmp_path / "table.csv", export_context())
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        found = next(csv.DictReader(file))
    told = [found[name] for name in ("date", "first_year", "last_year", "places")]
    assert told == ["vers 1890-1895", "1890", "1895", "Paris ; Lyon"]


def test_parquet_holds_the_same_with_types(tmp_path: Path) -> None:
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="pyarrow is not installed: pip install 'snoop-flow[parquet]'"
    )
    SPECS["csv"].export(dated_rows(), tmp_path / "table.csv", export_context())
    SPECS["parquet"].export(dated_rows(), tmp_path / "table.parquet", export_context())
    rows = parquet.read_table(tmp_path / "table.parquet").to_pylist()
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["annotation"] for row in rows] == [row["annotation"] for row in table]
    assert list(rows[0]) == list(table[0])
    assert (rows[0]["first_year"], rows[0]["last_year"], rows[0]["places"]) == (1890, 1895, ["Paris", "Lyon"])
    assert [row["decided"] for row in rows] == [row.decided_at for row in dated_rows()]
    assert {tuple(row["box"]) for row in rows} == {(), (10, 20, 300, 400)}


def test_parquet_without_pyarrow_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PluginError, match=r"pip install 'snoop-flow\[parquet\]'"):
        SPECS["parquet"].export(export_rows(), tmp_path / "table.parquet", export_context())
    assert not (tmp_path / "table.parquet").exists()


def test_lists_of_presentation_2(tmp_path: Path) -> None:
    rows = list(export_rows())
    SPECS["iiif2"].export(rows, tmp_path, export_context())
    lists = [read(path) for path in sorted((tmp_path / "lists").iterdir())]
    assert {one["@type"] for one in lists} == {"sc:AnnotationList"}
    by_id = {row.annotation.id: row.annotation for row in rows}
    written = [one for document in lists for one in document["resources"]]
    assert len(written) == len(rows)
    for one in written:
        draft = by_id[one["@id"]]
        box = f"#xywh={','.join(map(str, draft.box))}" if draft.box else ""
        assert one["on"] == draft.canvas_uri + box
        assert {tag["chars"] for tag in one["resource"] if "chars" in tag} == {
            text for texts in draft.label.values() for text in texts
        }
    assert len(read(tmp_path / "collection.json")["manifests"]) == 6


def read(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return found
