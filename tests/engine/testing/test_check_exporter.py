"""The suite finds each way in which an exporter can break its contract."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_flow.testing import check_exporter, export_context, export_rows

TICKS = count()


def _lines(rows: Iterable[ExportRow], path: Path, _context: ExportContext) -> ExportReport:
    seen, last = 0, ""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            seen, last = seen + (row.record.id != last), row.record.id
            file.write(json.dumps([row.annotation.id, dict(row.record.label)], ensure_ascii=False) + "\n")
    return ExportReport((str(path),), seen)


def _tree(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """A file for each record, written as its rows come."""
    names: list[str] = []
    for row in rows:
        name = f"{row.record.id}.jsonl"
        if not names or names[-1] != name:
            names.append(name)
            manifest = context.manifest(row.record) if row.record.local else {}
            (path / name).write_text(json.dumps(manifest) + "\n", "utf-8")
        with (path / name).open("a", encoding="utf-8") as file:
            file.write(row.annotation.id + "\n")
    return ExportReport(tuple(str(path / name) for name in names), len(names))


def _hoards(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    return _lines(list(rows), path, context)


def _forgets_to_name(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    return replace(_tree(rows, path, context), files=())


def _names_too_much(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    return replace(_lines(rows, path, context), files=(str(path), str(path / "other.json")))


def _names_by_name(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    return replace(_lines(rows, path, context), files=(path.name,))


def _strays(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    path.with_name("beside.txt").write_text("here", "utf-8")
    return _lines(rows, path, context)


def _writes_folder(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    path.mkdir()
    return _tree(rows, path, context)


def _restless(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    report = _lines(rows, path, context)
    path.write_text(str(next(TICKS)), "utf-8")
    return report


def _miscounts(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    report = _lines(rows, path, context)
    return replace(report, records=max(1, report.records))


LINES = ExporterSpec("lines", "One annotation a line", False, _lines)
TREE = ExporterSpec("tree", "A file a record", True, _tree)


@pytest.mark.parametrize("spec", [LINES, TREE], ids=lambda spec: spec.name)
def test_an_honest_exporter_passes(spec: ExporterSpec) -> None:
    check_exporter(spec)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (replace(LINES, export=_hoards), r"memory grows by \d+ bytes a row"),
        (replace(LINES, export=_writes_folder), "says writes_folder=False, but the path is not so"),
        (replace(TREE, export=_forgets_to_name), "which its report does not name"),
        (replace(LINES, export=_names_too_much), r"reports other\.json, which it did not write"),
        (replace(LINES, export=_names_by_name), "reports out; name files by the path given"),
        (replace(LINES, export=_strays), r"writes beside\.txt beside the path"),
        (replace(LINES, export=_restless), "writes other bytes for the same rows"),
        (replace(LINES, export=_miscounts), "reports 1 records for no rows"),
        (replace(LINES, name=""), "a name is one word"),
    ],
)
def test_a_broken_exporter_is_named(spec: ExporterSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_exporter(spec)


def test_rows_are_grouped_and_of_many_sorts() -> None:
    rows = list(export_rows(6, 2))
    assert len(rows) == 24
    keys = [(row.record.id, row.item.id) for row in rows]
    assert keys == sorted(keys)
    assert {row.record.local for row in rows} == {True, False}
    assert {row.item.selector for row in rows} == {"", "xywh=10,20,300,400"}
    assert {bool(row.decided_by) for row in rows} == {True, False}
    assert len({row.annotation.id for row in rows}) == 24
    local = next(row.record for row in rows if row.record.local)
    assert export_context().manifest(local)["id"] == local.uri
