"""Write labelled folders of pictures that the training never saw, for `snoop-flow bench backbones`.

python held_out.py DATA OUT
"""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus import TEST_BOOKS, held_out
from PIL import Image

UNSEEN = ("architectural_elements", "bnf_richelieu", "bnf_presse")  # nothing of these sets was trained on
LEAST = 8  # members of a class that is to be measured
LEAST_SIDE = 24  # pixels of a zone of a page


def write(data: Path, out: Path) -> None:
    """Write each set as a folder with a `labels.csv`."""
    for name in UNSEEN:
        with (data / "images" / name / "labels.csv").open(encoding="utf-8") as file:
            rows = [(data / "images" / name / row["file"], row["label"]) for row in csv.DictReader(file)]
        _folder(out / name, rows)
    _folder(out / "grocery_query", _groceries(data / "images/grocery"))
    _folder(out / "fsa_held_out", _frequent(_photographs(data / "images/fsa_color")))
    _folder(out / "incunables_two_books", _zones(data / "images/incunables", out / "incunables_two_books"))


def _groceries(folder: Path) -> Iterator[tuple[Path, str]]:
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["split"] == "query":
                yield folder / row["file"], row["label"]


def _photographs(folder: Path) -> Iterator[tuple[Path, str]]:
    with (folder / "photos.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if held_out(Path(row["file"]).name):
                for concept in filter(None, row["concepts"].split("|")):
                    yield folder / row["file"], concept


def _frequent(rows: Iterable[tuple[Path, str]]) -> list[tuple[Path, str]]:
    rows = list(rows)
    labels = [label for _, label in rows]
    return [row for row in rows if labels.count(row[1]) >= LEAST]


def _zones(folder: Path, out: Path) -> Iterator[tuple[Path, str]]:
    """Cut the zones of the pages of the test books out."""
    out.mkdir(parents=True, exist_ok=True)
    with (folder / "zones.csv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            left, top, width, height = (float(row[name]) for name in "xywh")
            if Path(row["file"]).name.startswith(TEST_BOOKS) and min(width, height) >= LEAST_SIDE:
                path = out / f"{number:04}.jpg"
                box = (round(left), round(top), round(left + width), round(top + height))
                Image.open(folder / row["file"]).convert("RGB").crop(box).save(path, quality=92)
                yield path, row["zone"].split("#")[0]


def _folder(out: Path, rows: Iterable[tuple[Path, str]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "label"))
        for path, label in rows:
            if path.parent != out:
                copy = out / f"{path.parent.name}-{path.name}"
                shutil.copyfile(path, copy)
                path = copy
            writer.writerow((path.name, label))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
