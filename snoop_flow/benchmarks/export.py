"""Publishing and exporting many annotations, beside the plainest writing of the same content in the same run."""

from __future__ import annotations

import gc
import importlib.util
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import make_url

from snoop_flow.benchmarks.archives import add_classes, made_up_archive
from snoop_flow.benchmarks.corpora import made_up
from snoop_flow.benchmarks.measuring import BenchReport, Timing, report_of, timed_together
from snoop_flow.errors import UsageError
from snoop_flow.evaluation import peak_megabytes
from snoop_flow.facade import Workspace
from snoop_flow.store.schema import annotation
from snoop_flow.testing import export_context, export_rows

DIMENSION = 8
ITEMS = 16  # of each made-up record, with two statements each
FLOOR_MOST = 20_000  # statements whose content is held in memory for the floors


def bench_export(
    *,
    annotations: int = 100_000,
    formats: Sequence[str] = ("w3c", "marcxml"),
    repeats: int = 3,
    seed: int = 0,
    folder: Path | None = None,
) -> BenchReport:
    """Measure publishing, and exporting from a catalogue and from rows that are at hand.

    Args:
        annotations: how many; two classes share them.
        formats: the first is called ours, and compared with `json.dumps` of the same documents.
        folder: where the archive is made for the time of the measuring.

    Raises:
        UsageError: no such format.
    """
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-", dir=folder) as place:
        blocks = made_up(annotations // 2, DIMENSION, rng)
        with made_up_archive(Path(place) / "archive", blocks, DIMENSION) as workspace:
            if unknown := [name for name in formats if name not in workspace.host.exporters]:
                known = ", ".join(sorted(workspace.host.exporters))
                raise UsageError(f"format {', '.join(unknown)}: is not installed; there are {known}")
            ids = add_classes(workspace, 2, annotations, rng)
            workspace.enrich(ids)
            trial = _Trial(workspace, ids, Path(place), annotations)
            timings, rates, exact = trial.measured(formats, repeats)
            setting: dict[str, Any] = {"annotations": annotations, "formats": list(formats), "repeats": repeats}
            setting |= {"seed": seed, "database": make_url(workspace.catalogue.url).get_backend_name()}
    details = {"annotations a second": rates, "peak of memory, MB": trial.memory}
    return report_of("export", setting, timings, exact=exact, details=details)


class _Trial:
    """One archive whose classes are published and exported again and again."""

    def __init__(self, workspace: Workspace, ids: list[str], folder: Path, annotations: int) -> None:
        self.workspace, self.ids, self.folder, self.annotations = workspace, ids, folder, annotations
        self.written: dict[str, int] = {}
        self.memory: dict[str, float] = {}
        self.records = max(1, annotations // (2 * ITEMS))

    def measured(self, formats: Sequence[str], repeats: int) -> tuple[dict[str, Timing], dict[str, int], bool]:
        actions: dict[str, Callable[[], object]] = {"publish": self.publish}
        for number, name in enumerate(formats):
            actions["ours" if number == 0 else f"{name} from the catalogue"] = self._from_catalogue(name)
            actions[f"{name} from rows"] = self._from_rows(name)
        self.publish()
        self.memory = self._memory(formats)
        floors, counts = self._floors(formats)
        gc.collect()
        gc.freeze()  # what the floors hold is not ours to search for garbage
        timings = timed_together(actions | floors, repeats, before={"publish": self.clear})
        gc.unfreeze()
        named = {f"{formats[0]} from the catalogue" if name == "ours" else name: one for name, one in timings.items()}
        counts = {name: counts.get(name, self.annotations) for name in named}
        rates = {name: round(1000 * counts[name] / timing.median) for name, timing in named.items()}
        exact = self.written["publish"] == self.annotations and all(
            self.written[f"{name} from the catalogue"] == self.annotations for name in formats
        )
        # what the floor would take for as many annotations as ours
        floor = timings["json.dumps of the same"]
        scale = self.annotations / counts["json.dumps of the same"]
        scaled = Timing(floor.median * scale, floor.p95 * scale, floor.best * scale)
        return {"floor": scaled, **timings}, rates, exact

    def _memory(self, formats: Sequence[str]) -> dict[str, float]:
        """The process's peak in megabytes before any export, and after each, before the floors need theirs."""
        found: dict[str, float] = {"before": round(peak_megabytes())}
        for name in formats:
            self._from_catalogue(name)()
            found[f"after {name}"] = round(peak_megabytes())
        return found

    def publish(self) -> None:
        self.written["publish"] = self.workspace.publish(self.ids, policy="all").annotations

    def clear(self) -> None:
        with self.workspace.catalogue.write() as connection:
            connection.execute(annotation.delete())

    def _from_catalogue(self, name: str) -> Callable[[], object]:
        def export() -> None:
            place = self._place()
            self.written[f"{name} from the catalogue"] = self.workspace.export(name, place).records

        return export

    def _from_rows(self, name: str) -> Callable[[], object]:
        """The exporter alone; the rows are made as they are asked for."""
        spec = self.workspace.host.exporters[name]

        def export() -> None:
            place = self._place()
            if spec.writes_folder:
                place.mkdir()
            spec.export(export_rows(self.records, ITEMS), place, export_context())

        return export

    def _place(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder)) / "out"

    def _floors(self, formats: Sequence[str]) -> tuple[dict[str, Callable[[], object]], dict[str, int]]:
        """Plain writing of content that is at hand, and of how many annotations."""
        count = min(self.annotations, FLOOR_MOST)
        rows = count // (2 * ITEMS) or 1
        lines = self._text("w3c", rows).splitlines()
        documents = [json.loads(line) for line in lines]
        place = self.folder / "floor"
        floors: dict[str, Callable[[], object]] = {"json.dumps of the same": lambda: _dump(documents, place)}
        counts = {"json.dumps of the same": rows * 2 * ITEMS}
        if "marcxml" in formats and importlib.util.find_spec("lxml"):
            content = _content(self._text("marcxml", rows))
            floors["lxml of the same"] = lambda: _build(content, place)
            counts["lxml of the same"] = rows * 2 * ITEMS
        return floors, counts

    def _text(self, name: str, records: int) -> str:
        place = self._place()
        self.workspace.host.exporters[name].export(export_rows(records, ITEMS), place, export_context())
        return place.read_text("utf-8")


def _dump(documents: list[dict[str, Any]], place: Path) -> None:
    with place.open("w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


Field = tuple[str, dict[str, str], str, list[tuple[dict[str, str], str]]]


def _content(text: str) -> list[list[Field]]:
    """Of each record the fields: tag, attributes, text, subfields."""
    from lxml import etree

    return [
        [
            (
                one.tag,
                {str(name): str(value) for name, value in one.attrib.items()},
                one.text or "",
                [({"code": str(sub.get("code"))}, sub.text or "") for sub in one],
            )
            for one in record
        ]
        for record in etree.fromstring(text.encode())
    ]


def _build(content: list[list[Field]], place: Path) -> None:
    from lxml import etree

    with place.open("wb") as file:
        for fields in content:
            record = etree.Element("{http://www.loc.gov/MARC21/slim}record")
            for tag, attributes, text, subfields in fields:
                field = etree.SubElement(record, tag, attributes)
                field.text = text
                for named, value in subfields:
                    etree.SubElement(field, "{http://www.loc.gov/MARC21/slim}subfield", named).text = value
            file.write(etree.tostring(record, encoding="utf-8"))
