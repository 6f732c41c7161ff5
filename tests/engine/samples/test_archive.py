import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow.errors import UsageError
from snoop_flow.samples import COUNT, draw_archive, read_archive
from snoop_flow.samples.documents import DOCUMENTS, Quirk, Service
from snoop_flow.samples.kinds import KINDS
from snoop_flow.samples.motifs import MOTIFS


def test_the_whole_archive_has_three_hundred_images_of_all_kinds_and_quirks() -> None:
    counts = Counter[str]()
    for document in DOCUMENTS:
        counts.update(document.contents)
    assert sum(counts.values()) == COUNT == 300
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 5
    assert {quirk for document in DOCUMENTS for quirk in document.quirks} == set(Quirk)
    assert {document.service for document in DOCUMENTS} == set(Service)
    assert {document.version for document in DOCUMENTS} == {"2.0", "2.1", "3.0"}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_draws_each_of_its_motifs_the_same_from_the_same_seed(name: str) -> None:
    kind = KINDS[name]
    drawn = [kind.draw(np.random.default_rng(3), motif) for motif in ["", *kind.motifs]]
    for image in drawn:
        assert image.mode == "RGB"
        assert 500 <= max(image.size) <= 1150
    assert kind.draw(np.random.default_rng(3), "").tobytes() == drawn[0].tobytes()
    assert kind.draw(np.random.default_rng(4), "").tobytes() != drawn[0].tobytes()


def test_kinds_name_only_motifs_that_exist() -> None:
    for kind in KINDS.values():
        assert set(kind.motifs) <= set(MOTIFS)
        assert sum(kind.motifs.values()) < 1


def test_labels_csv_tells_what_each_file_shows(archive: Path) -> None:
    with (archive / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert len({row["document"] for row in rows}) >= 25
    assert list(rows[0])[:2] == ["file", "label"]
    for row in rows:
        with Image.open(archive / row["file"]) as image:
            assert image.size == (int(row["width"]), int(row["height"]))
    assert {row["motif"] for row in rows} == {"", *MOTIFS}


def test_an_archive_is_drawn_once(archive: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in archive.rglob("*.jpg")}
    assert draw_archive(archive, count=60) == read_archive(archive)
    assert {path: path.stat().st_mtime_ns for path in archive.rglob("*.jpg")} == before


def test_a_picture_does_not_depend_on_what_else_is_drawn(archive: Path, tmp_path: Path) -> None:
    few = draw_archive(tmp_path, count=3)
    many = {page.file for page in read_archive(archive)}
    shared = [page.file for page in few if page.file in many]
    assert shared
    for name in shared:
        assert (tmp_path / name).read_bytes() == (archive / name).read_bytes()


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    draw_archive(tmp_path, count=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("count", [0, COUNT + 1])
def test_a_count_out_of_range_is_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(UsageError, match="1 to 300"):
        draw_archive(tmp_path, count=count)


def test_a_folder_without_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no sample archive"):
        read_archive(tmp_path)
