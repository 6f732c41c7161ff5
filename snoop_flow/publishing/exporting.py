"""Exporting: published annotations → a catalogue's format, by the exporter's hook."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from snoop_flow.entities import Annotation, Item, Record, Status
from snoop_flow.errors import UsageError
from snoop_flow.host import choose
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_flow.publishing.presenting import local_manifest, page_uri
from snoop_flow.publishing.running import draft_of, extension_context, nothing_old_searched
from snoop_flow.store import classes, collections, items, people, published, records
from snoop_flow.workspace import Workspace


def export(
    workspace: Workspace,
    format: str,
    out: Path,
    *,
    classes: Sequence[str] | None = None,
    collection: str | None = None,
) -> ExportReport:
    """Write the published annotations of classes and collections.

    What is written appears at `out` only when it is complete.

    Args:
        format: an exporter, by name.
        out: the file, or the folder where the exporter writes several; an existing folder must be empty.
        classes: only these classes, by name or id.
        collection: slug of the only collection to export.

    Raises:
        PluginError: no such format.
        UsageError: `out` cannot be written.
    """
    spec = choose("format", format, workspace.host.exporters, workspace.host.failures)
    class_ids, scope = _scope(workspace, classes, collection)
    context = _context(workspace)
    temporary = _prepare(out, spec)
    try:
        with nothing_old_searched():
            report = spec.export(_rows(workspace, class_ids, scope), temporary, context)
        temporary.replace(out)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); choose another place") from error
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        temporary.unlink(missing_ok=True)
    files = tuple(
        str(out / Path(file).relative_to(temporary)) if spec.writes_folder else str(out) for file in report.files
    )
    return ExportReport(files, report.records, report.left_out)


def _scope(
    workspace: Workspace, names: Sequence[str] | None, collection: str | None
) -> tuple[list[str] | None, str | None]:
    with workspace.catalogue.read() as connection:
        ids = None if names is None else [classes.find(connection, name).id for name in names]
        return ids, collections.by_slug(connection, collection).id if collection else None


def _prepare(out: Path, spec: ExporterSpec) -> Path:
    if out.is_dir() and (not spec.writes_folder or any(out.iterdir())):
        wanted = "an empty or a new folder" if spec.writes_folder else "a file"
        raise UsageError(f"{out}: is a folder with things in it; {spec.name} writes {wanted}")
    if out.is_file() and spec.writes_folder:
        raise UsageError(f"{out}: is a file; {spec.name} writes a folder")
    temporary = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if spec.writes_folder:
            temporary.mkdir()
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); choose another place") from error
    return temporary


def _context(workspace: Workspace) -> ExportContext:
    def manifest(record: Record) -> Mapping[str, Any]:
        with workspace.catalogue.read() as connection:
            found = records.items_of(connection, record.id)
        return local_manifest(workspace.settings, record, found)

    @lru_cache(maxsize=1024)
    def canvas_id(number: int) -> str:
        with workspace.catalogue.read() as connection:
            return items.canvas_of(connection, items.by_numbers(connection, [number])[number]).id

    def page(item: Item) -> str:
        return page_uri(workspace.settings, item.id if item.parent is None else canvas_id(item.parent))

    return ExportContext(
        public_url=workspace.settings.public_url.rstrip("/"),
        agent=workspace.settings.agent,
        institution=workspace.settings.institution,
        extension_context=extension_context(workspace.settings),
        page_uri=page,
        manifest=manifest,
    )


def _rows(workspace: Workspace, class_ids: Sequence[str] | None, scope: str | None) -> Iterator[ExportRow]:
    with workspace.catalogue.read() as connection:
        names = people.names(connection)
        known = {one.id: one for one in classes.all_of(connection)}
        slugs = {one.collection.id: one.collection.slug for one in collections.counts(connection)}
        for batch in published.stream(connection, class_ids, scope):
            with workspace.catalogue.read() as other:  # the streaming connection is busy
                found = items.by_numbers(other, {row.item for row in batch})
                parents = records.by_ids(other, {row.record_id for row in batch})
            for row in batch:
                record = parents[row.record_id]
                yield ExportRow(
                    annotation=draft_of(workspace.settings, _annotation(row)),
                    item=found[row.item],
                    record=record,
                    collection=slugs[record.collection_id],
                    visual_class=known[row.class_id],
                    version=row.version,
                    score=row.score,
                    status=Status(row.status),
                    decided_by=names.get(row.decided_by, "") if row.decided_by else "",
                    decided_at=row.decided_at,
                )


_ANNOTATION = attrgetter(*Annotation.__slots__)


def _annotation(row: Any) -> Annotation:
    return Annotation(*_ANNOTATION(row))
