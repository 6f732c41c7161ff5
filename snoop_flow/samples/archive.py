"""Drawing the archive into a folder, and reading its table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from snoop_flow.errors import UsageError
from snoop_flow.samples.documents import DOCUMENTS, Document
from snoop_flow.samples.kinds import KINDS, Kind

COUNT = sum(sum(document.contents.values()) for document in DOCUMENTS)
TABLE = "labels.csv"
_STAMP = "archive.json"
_DRAWING = 1  # raise it when pictures change, so that folders drawn before are drawn again
_FONDNESS = 0.7


@dataclass(frozen=True, slots=True)
class Page:
    """One image of the archive: a row of `labels.csv`.

    Attributes:
        file: relative to the folder.
        label: name of its kind, see `KINDS`.
        motif: balloon, ship, tower or nothing; the same motif occurs in several kinds.
        page: from 1, within its document.
    """

    file: str
    label: str
    label_en: str
    label_fr: str
    motif: str
    document: str
    page: int
    width: int
    height: int


def draw_archive(
    folder: Path, count: int = COUNT, seed: int = 1783, progress: Callable[[int, int], None] | None = None
) -> list[Page]:
    """Draw the demonstration archive, unless this folder holds just it.

    The same count and seed give the same pictures. Fewer than all keep the proportions between kinds and documents.

    Args:
        folder: made if need be; images go below it, `labels.csv` beside them.
        count: images wanted.
        seed: another number, another archive.
        progress: told after each image how many are done and how many there will be.

    Raises:
        UsageError: a count below one or above the size of the archive.
    """
    if not 1 <= count <= COUNT:
        raise UsageError(f"the sample archive has 1 to {COUNT} images, not {count}: ask for a number between")
    stamp = json.dumps({"drawing": _DRAWING, "count": count, "seed": seed})
    marker = folder / _STAMP
    if marker.is_file() and marker.read_text(encoding="utf-8") == stamp:
        return read_archive(folder)
    marker.unlink(missing_ok=True)
    pages = []
    for document, kind, page in _plan(count):
        pages.append(_draw(folder, document, kind, page, seed))
        if progress is not None:
            progress(len(pages), count)
    _write_table(folder / TABLE, pages)
    marker.write_text(stamp, encoding="utf-8")
    return pages


def read_archive(folder: Path) -> list[Page]:
    """The pages of an archive that was drawn before.

    Raises:
        UsageError: the folder holds none.
    """
    try:
        with (folder / TABLE).open(newline="", encoding="utf-8") as file:
            return [_page_of(row) for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError) as error:
        message = f"{folder} holds no sample archive ({error}): draw one with python -m snoop_flow.samples --folder"
        raise UsageError(message) from error


def _page_of(row: dict[str, str]) -> Page:
    return Page(
        row["file"], row["label"], row["label_en"], row["label_fr"], row["motif"], row["document"],
        int(row["page"]), int(row["width"]), int(row["height"]),
    )  # fmt: skip


def _plan(count: int) -> Iterator[tuple[Document, Kind, int]]:
    """Every page in order, evenly thinned out; its number within the whole document stays the same."""
    pages: list[tuple[Document, Kind, int]] = []
    for document in DOCUMENTS:
        kinds = [KINDS[name] for name, times in document.contents.items() for _ in range(times)]
        pages += [(document, kind, number) for number, kind in enumerate(kinds, start=1)]
    for index in range(count):
        yield pages[index * len(pages) // count]


def _draw(folder: Path, document: Document, kind: Kind, page: int, seed: int) -> Page:
    # each picture has its own stream of chance, so that it is the same whatever is drawn besides
    rng = np.random.default_rng([seed, *document.slug.encode(), page])
    motif = _motif(document, kind, rng)
    picture = kind.draw(rng, motif)
    name = f"{document.slug}/{page:02d}.jpg"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=82)
    return Page(name, kind.name, kind.english, kind.french, motif, document.slug, page, *picture.size)


def _motif(document: Document, kind: Kind, rng: np.random.Generator) -> str:
    if document.motif in kind.motifs and rng.random() < _FONDNESS:
        return document.motif
    names = ["", *kind.motifs]
    shares = np.array([1 - sum(kind.motifs.values()), *kind.motifs.values()])
    return names[int(rng.choice(len(names), p=shares))]


def _write_table(path: Path, pages: list[Page]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Page)])
        writer.writeheader()
        writer.writerows(asdict(page) for page in pages)
