"""Write the sample archive as `archive.npy` (vectors by the built-in backbone) and `archive.csv` (kinds)."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from snoop_flow.evaluation import embedded, read_labelled
from snoop_flow.host import PluginHost
from snoop_flow.samples.archive import TABLE, draw_archive
from snoop_flow.workspace import DEFAULT_BACKBONE


def main(folder: Path) -> None:
    """Draw the archive, embed it, write both files; vectors last, since they say that all is there."""
    pages = draw_archive(folder / "archive")
    labelled = read_labelled(folder / "archive" / TABLE)
    with (folder / "archive.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "label"))
        table.writerows((page.file, page.label) for page in pages)
    vectors = embedded(labelled, PluginHost().backbone(DEFAULT_BACKBONE))
    order = {file: row for row, file in enumerate(labelled.files)}
    np.save(folder / "archive.npy", vectors[[order[page.file] for page in pages]])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
