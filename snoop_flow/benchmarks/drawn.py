"""The sample archive as labelled sets, for benchmarks that are given nothing."""

from __future__ import annotations

import csv
from pathlib import Path

from snoop_flow.evaluation import Labelled, read_labelled
from snoop_flow.samples.archive import draw_archive

TABLE = "concepts.csv"


def drawn_sets(folder: Path) -> list[Labelled]:
    """Draw the archive into a folder; its kinds, motifs and documents are the labels."""
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "label"))
        for page in draw_archive(folder):
            labels = (page.label, page.motif and f"with {page.motif}", page.document)
            table.writerows((page.file, label) for label in labels if label)
    return [read_labelled(folder / TABLE)]
