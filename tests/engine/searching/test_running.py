"""Searching: by item, image, address, region, class and words; filters inside; indexes and their fallback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from snoop_flow import Workspace
from snoop_flow.errors import IntegrityError, NotFoundError, SourceError, UsageError
from snoop_flow.reports import SearchReport

Find = Callable[[str], list[str]]


def _kinds(report: SearchReport) -> list[str]:
    return [card.record_label for card in report.cards]


def test_an_item_finds_itself_first_then_its_like(archive: Workspace, items_of: Find) -> None:
    (first, *_) = items_of("stripes")
    report = archive.search(items=[first], count=6)
    assert report.cards[0].item == first
    assert report.cards[0].score == pytest.approx(1, abs=1e-3)
    assert set(_kinds(report)) == {"stripes"}
    assert (report.coverage, report.exact) == (1.0, True)


def test_an_image_file_and_its_address_find_the_same(
    archive: Workspace, pictures: Path, httpserver: HTTPServer
) -> None:
    data = (pictures / "frames" / "frames-03.jpg").read_bytes()
    httpserver.expect_request("/x.jpg").respond_with_data(data, content_type="image/jpeg")
    by_file = archive.search(image=data, count=5)
    assert by_file.cards[0].label == "frames-03.jpg"
    with pytest.raises(SourceError):
        archive.search(url=httpserver.url_for("/x.jpg"))
    archive.harvest([str(pictures)], allow_hosts=[f"{httpserver.host}:{httpserver.port}"])
    by_url = archive.search(url=httpserver.url_for("/x.jpg"), count=5)
    assert [card.item for card in by_url.cards] == [card.item for card in by_file.cards]


def test_a_region_is_searched_for(archive: Workspace, items_of: Find) -> None:
    item = archive.item(items_of("discs")[0])
    whole = archive.search(region=(item.id, (0, 0, item.width, item.height)), count=3)
    assert whole.cards[0].item == item.id
    assert archive.search(region=(item.id, (10, 10, 60, 60)), count=3).cards
    with pytest.raises(UsageError, match="not inside the canvas"):
        archive.search(region=(item.id, (0, 0, item.width + 1, 5)))


def test_negatives_push_away(archive: Workspace, items_of: Find) -> None:
    plain = archive.search(items=items_of("discs")[:2], count=36)
    pushed = archive.search(items=items_of("discs")[:2], negatives=items_of("frames")[:6], count=36)

    def last_frame(report: SearchReport) -> float:
        places = [place for place, kind in enumerate(_kinds(report)) if kind == "frames"]
        return sum(places) / len(places)

    assert last_frame(pushed) > last_frame(plain)


def test_a_collection_filter_acts_inside_the_search(archive: Workspace, pictures: Path, items_of: Find) -> None:
    archive.harvest([str(pictures / "frames")], collection="others")
    archive.embed()
    report = archive.search(items=items_of("discs")[:1], collection="others", count=5)
    assert len(report.cards) == 5
    assert set(_kinds(report)) == {"frames"}


def test_words_search_titles_and_metadata_until_a_backbone_reads_text(archive: Workspace) -> None:
    report = archive.search(text="Stripes", count=50)
    assert len(report.cards) == 12
    assert report.index == "words"
    assert archive.search(text="stripes-03").cards[0].label == "stripes-03.jpg"
    assert archive.search(text="nothing of the kind").cards == ()


def test_words_narrow_a_pictorial_query(archive: Workspace, items_of: Find) -> None:
    report = archive.search(text="frames", items=items_of("discs")[:1], count=20)
    assert set(_kinds(report)) == {"frames"}


def test_an_index_answers_until_it_is_out_of_date(archive: Workspace, pictures: Path, items_of: Find) -> None:
    item = items_of("discs")[:1]
    if "faiss-flat" not in archive.host.index_types:
        pytest.skip("snoop-faiss is not installed")
    with pytest.raises(NotFoundError, match="index --type faiss-flat"):
        archive.search(items=item, index="faiss-flat")
    archive.build_index(type="faiss-flat")
    by_index = archive.search(items=item, count=10)
    assert by_index.index == "faiss-flat"
    exact = archive.search(items=item, count=10, index="exact")
    assert [card.item for card in by_index.cards] == [card.item for card in exact.cards]
    archive.harvest([str(pictures / "frames")], collection="others")
    archive.embed()
    assert archive.search(items=item).index == "exact"


def test_a_damaged_index_is_not_loaded(archive: Workspace, items_of: Find) -> None:
    if "faiss-flat" not in archive.host.index_types:
        pytest.skip("snoop-faiss is not installed")
    archive.build_index(type="faiss-flat")
    for path in (archive.folder / "indexes").rglob("*.faiss"):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    item = items_of("discs")[:1]
    assert archive.search(items=item).index == "exact"
    with pytest.raises(IntegrityError, match="build it anew"):
        archive.search(items=item, index="faiss-flat")


def test_empty_and_unknown_queries_are_one_clear_line(archive: Workspace) -> None:
    with pytest.raises(UsageError, match="nothing to search for"):
        archive.search()
    with pytest.raises(NotFoundError, match="no item 'x'"):
        archive.search(items=["x"])
    with pytest.raises(UsageError, match="at least 1"):
        archive.search(text="x", count=0)
    with pytest.raises(SourceError, match="the query image"):
        archive.search(image=b"no picture")
    with pytest.raises(NotFoundError, match="collections are: drawn"):
        archive.search(text="x", collection="y")


def test_before_embedding_words_are_found_and_pictures_are_not(pictures: Path, tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "workspace") as workspace:
        workspace.harvest([str(pictures)])
        assert workspace.search(text="discs").cards
        with pytest.raises(NotFoundError, match="snoop-flow embed"):
            workspace.search(image=(pictures / "discs" / "discs-00.jpg").read_bytes())
