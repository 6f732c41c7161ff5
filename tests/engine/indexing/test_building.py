"""Building an index, bringing it up to date, and what is answered meanwhile."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.builtin.exact import EXACT, ExactIndex
from snoop_flow.errors import IntegrityError, NotFoundError, PluginError
from snoop_flow.plugin_types import FloatArray, Hits, IndexTypeSpec, Mask, RowArray, VectorView
from snoop_flow.reports import SearchReport

Find = Callable[[str], list[str]]


class Part(ExactIndex):
    """Searches the rows of odd number only, if there is a file that says so."""

    def __init__(self, view: VectorView, whole: bool) -> None:
        super().__init__(view)
        self._kept = np.ones(len(view.numbers), bool) if whole else np.arange(len(view.numbers)) % 2 == 1

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        narrowed = self._kept if allowed is None else self._kept & allowed
        return super().search(query, count, allowed=narrowed, below=below)


def _build(_view: VectorView, folder: Path, _rng: np.random.Generator) -> None:
    (folder / "whole").write_text("yes", "utf-8")


def _open(folder: Path, view: VectorView) -> Part:
    return Part(view, (folder / "whole").exists())


def _update(_old: Path, _view: VectorView, _previous: RowArray, folder: Path, _rng: np.random.Generator) -> str | None:
    (folder / "whole").write_text("yes", "utf-8")
    return None


SIMPLE = IndexTypeSpec("simple", "Simple", False, _build, _open, _update)


@pytest.fixture
def simple(archive: Workspace) -> Callable[..., None]:
    """Gives the archive the index type `simple`, with parts of it replaced."""

    def give(**parts: Any) -> None:
        archive.host.__dict__["index_types"] = {**archive.host.index_types, "simple": replace(SIMPLE, **parts)}

    give()
    return give


@pytest.fixture
def own_pictures(pictures: Path, tmp_path: Path) -> Path:
    """The pictures, to be changed."""
    return Path(shutil.copytree(pictures, tmp_path / "pictures"))


def _folders(archive: Workspace) -> list[str]:
    return sorted(path.name for path in (archive.folder / "indexes").iterdir())


def _search(archive: Workspace, items_of: Find, **options: Any) -> SearchReport:
    return archive.search(items=items_of("discs")[:1], **options)


def test_what_is_up_to_date_is_kept_unless_it_is_asked_for_anew(archive: Workspace, simple: object) -> None:
    first = archive.build_index(type="simple")
    assert (first.items, first.added, first.removed, first.anew) == (36, 36, 0, "")
    again = archive.build_index(type="simple")
    assert (again.index, again.added, again.removed, again.anew) == (first.index, 0, 0, "")
    assert again.facts == first.facts
    third = archive.build_index(type="simple", anew=True)
    assert third.index != first.index
    assert third.anew == "that was asked for"
    assert first.index not in _folders(archive)


def test_new_items_are_added_and_those_that_are_gone_removed(
    archive: Workspace, simple: object, own_pictures: Path
) -> None:
    archive.harvest([str(own_pictures)], collection="own")
    archive.embed()
    archive.build_index(type="simple")
    (own_pictures / "discs" / "discs-00.jpg").unlink()
    (own_pictures / "discs" / "discs-01.jpg").unlink()
    Image.new("RGB", (300, 300), "teal").save(
        own_pictures / "frames" / "frames-00.jpg"
    )  # the same item, another vector
    for number in range(3):
        Image.new("RGB", (300, 300), (80 * number, 9, 9)).save(own_pictures / "stripes" / f"new-{number}.jpg")
    archive.harvest([str(own_pictures)], collection="own")
    archive.embed()
    report = archive.build_index(type="simple")
    assert (report.items, report.added, report.removed, report.anew) == (73, 4, 3, "")


@pytest.mark.parametrize("type_", ["faiss-flat", "faiss-ivf-pq", "faiss-hnsw"])
def test_real_index_types_follow_the_corpus(type_: str, archive: Workspace, own_pictures: Path, items_of: Find) -> None:
    if type_ not in archive.host.index_types:
        pytest.skip("snoop-faiss is not installed")
    archive.build_index(type=type_)
    archive.harvest([str(own_pictures / "frames")], collection="others")
    archive.embed()
    assert _search(archive, items_of).index == "exact"
    assert not archive.status().index_up_to_date
    report = archive.build_index(type=type_)
    assert (report.items, report.added, report.removed, report.anew) == (48, 12, 0, "")
    by_index = _search(archive, items_of, count=100)
    assert by_index.index == type_
    exact = _search(archive, items_of, count=100, index="exact")
    assert [card.item for card in by_index.cards] == [card.item for card in exact.cards]
    assert len(by_index.cards) == 48


def test_a_type_that_gives_up_or_cannot_update_is_built_anew(
    archive: Workspace, simple: Callable[..., None], own_pictures: Path
) -> None:
    archive.build_index(type="simple")
    for name, update, reason in (
        ("a", lambda *_: "the moon is full", "the moon is full"),
        ("b", None, "this type cannot be brought up to date"),
    ):
        archive.harvest([str(own_pictures / "frames")], collection=name)
        archive.embed()
        simple(update=update)
        assert archive.build_index(type="simple").anew == reason


def _forgets(_old: Path, _view: VectorView, _previous: RowArray, _folder: Path, _rng: np.random.Generator) -> None:
    """Leaves out half of the rows from now on."""


def test_an_update_that_finds_less_is_thrown_away(
    archive: Workspace, simple: Callable[..., None], own_pictures: Path
) -> None:
    simple(update=_forgets)
    assert archive.build_index(type="simple").facts["recall_at_50"] == 1.0
    archive.harvest([str(own_pictures / "frames")], collection="more")
    archive.embed()
    report = archive.build_index(type="simple")
    assert report.anew == "it found 50% of the best 50 of a class instead of 100%"
    assert report.facts["recall_at_50"] == 1.0
    assert len([name for name in _folders(archive) if "simple" in name]) == 1


def _fails(*_arguments: Any) -> None:
    raise PluginError("the disk is full of feathers")


def test_the_old_index_answers_when_a_new_one_fails(
    archive: Workspace, simple: Callable[..., None], items_of: Find
) -> None:
    archive.build_index(type="simple")
    before = _folders(archive)
    simple(build=_fails)
    with pytest.raises(PluginError, match="feathers"):
        archive.build_index(type="simple", anew=True)
    assert _folders(archive) == before
    assert _search(archive, items_of).index == "simple"


def test_damaged_and_missing_files_are_not_built_upon(archive: Workspace, simple: object, items_of: Find) -> None:
    report = archive.build_index(type="simple")
    for damage in (lambda path: path.write_bytes(b"no"), Path.unlink):
        with Workspace.open(archive.folder) as later:  # one that has not opened it yet
            later.host.__dict__["index_types"] = archive.host.index_types
            for path in (archive.folder / "indexes" / report.index).iterdir():
                damage(path)
            assert _search(later, items_of).index == "exact"
            with pytest.raises(IntegrityError, match="build it anew with: snoop-flow index --type simple --anew"):
                _search(later, items_of, index="simple")
        report = archive.build_index(type="simple")
        assert report.anew == "its files were missing or damaged"
        assert _search(archive, items_of).index == "simple"


def test_the_type_that_was_asked_for_last_answers(archive: Workspace, simple: object, items_of: Find) -> None:
    archive.build_index(type="simple")
    assert _search(archive, items_of).index == "simple"
    archive.build_index(type="exact")
    assert _search(archive, items_of).index == "exact"
    assert archive.build_index(type="simple").added == 0
    assert _search(archive, items_of).index == "simple"


def test_an_index_whose_type_is_not_installed_any_more_is_passed_over(
    archive: Workspace, simple: object, items_of: Find
) -> None:
    archive.build_index(type="simple")
    archive.host.__dict__["index_types"] = {"exact": EXACT}
    assert _search(archive, items_of).index == "exact"
    with pytest.raises(PluginError, match="unknown index type 'simple'; known are exact"):
        _search(archive, items_of, index="simple")


def test_what_it_finds_of_classes_is_measured_and_told(archive: Workspace, simple: object, items_of: Find) -> None:
    plain = archive.build_index(type="simple")
    assert plain.facts["classes"] == 24
    assert plain.facts["recall_at_50"] == plain.facts["worst_recall_at_1000"] == 1.0
    assert plain.facts["milliseconds"] > 0
    assert "own_classes" not in plain.facts
    assert _search(archive, items_of).recall == {"50": 1.0, "1000": 1.0}
    assert _search(archive, items_of, index="exact").recall == {}
    status = archive.status()
    assert (status.index, status.index_up_to_date, status.recall) == ("simple", True, {"50": 1.0, "1000": 1.0})
    archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit("Discs")
    facts = archive.build_index(type="simple", anew=True).facts
    assert (facts["own_classes"], facts["own_recall_at_50"]) == (1, 1.0)


def test_there_is_nothing_to_index_before_anything_is_embedded(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "workspace") as workspace, pytest.raises(NotFoundError, match="snoop-flow embed"):
        workspace.build_index()


def test_a_device_is_passed_to_types_that_know_devices(
    archive: Workspace, simple: Callable[..., None], tmp_path: Path
) -> None:
    asked: list[str] = []

    def on(device: str) -> IndexTypeSpec:
        asked.append(device)
        return SIMPLE

    simple(on=on)
    archive.build_index(type="simple")
    assert asked == []
    with Workspace(archive.folder, replace(archive.settings, index_device="cuda:1"), archive.host) as there:
        there.build_index(type="simple", anew=True)
        there.build_index(type="exact", anew=True)
    assert set(asked) == {"cuda:1"}
