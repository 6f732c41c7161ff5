"""Graphics cards where there is none: what is refused and why, and that what is done on one is put back right.

`Copying` stands for a card: its copies are indexes of the processor. So the swapping of centres, the choice of who
answers and the turns of threads run; what CUDA computes does not.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import faiss
import numpy as np
import pytest

from snoop_faiss import cells
from snoop_faiss.devices import Device, adding_on, card, training_on, why_not
from snoop_faiss.plugin import INDEX_TYPES, spec_of
from snoop_faiss.searching import FaissIndex
from snoop_faiss.structures import STRUCTURES
from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import FloatArray, IndexTypeSpec, RowArray
from snoop_flow.testing import ArrayView, class_vectors

no_card = pytest.mark.skipif(not why_not(), reason="FAISS can use a graphics card here")
by_name = {structure.name: structure for structure in STRUCTURES}


class Copying(Device):
    def __init__(self) -> None:
        self.name, self.copied, self.asked = "cuda", 0, 0
        self._turn = Lock()

    def copy(self, index: Any) -> Any:
        self.copied += 1
        return faiss.clone_index(index)

    def search(self, index: Any, query: FloatArray, count: int, parameters: Any) -> RowArray:
        self.asked += 1
        return super().search(index, query, count, parameters)


def test_names_of_devices() -> None:
    assert [card(name) for name in ("cuda", "cuda:0", "cuda:3")] == [0, 0, 3]
    for name in ("gpu", "cuda:", "cuda:x", "cuda:-1", "0", ""):
        with pytest.raises(UsageError, match="must be cpu, cuda or cuda:N"):
            card(name)


@no_card
def test_a_card_that_cannot_be_used_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match=r"index_device cuda:1: .*(build for processors|no graphics card|no card 1)"):
        Device("cuda:1")


@no_card
def test_building_on_a_missing_card_fails_and_answering_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    view = ArrayView.of_clusters(2_000, 16, np.random.default_rng(0))
    plain = next(spec for spec in INDEX_TYPES if spec.name == "faiss-ivf")
    assert plain.on is not None
    there = plain.on("cuda")
    with pytest.raises(UsageError, match="or set index_device to cpu"):
        there.build(view, tmp_path, np.random.default_rng(0))
    plain.build(view, tmp_path, np.random.default_rng(0))
    assert len(there.open(tmp_path, view).search(view.vectors[0], 5).rows) == 5
    assert "searching on the processor: index_device cuda" in caplog.text


@no_card
@pytest.mark.parametrize("name", ["faiss-flat", "faiss-sq8", "faiss-hnsw"])
def test_structures_without_cells_are_built_on_the_processor(name: str, tmp_path: Path) -> None:
    spec_of(by_name[name], "cuda").build(
        ArrayView.of_clusters(1_500, 8, np.random.default_rng(0)), tmp_path, np.random.default_rng(0)
    )
    assert json.loads((tmp_path / "facts.json").read_text("utf-8"))["built_on"] == "cpu"


def test_every_type_can_be_asked_for_a_device() -> None:
    for spec in INDEX_TYPES:
        assert spec.on is not None
        moved: IndexTypeSpec = spec.on("cuda:1")
        assert (moved.name, moved.exact) == (spec.name, spec.exact)


@pytest.mark.parametrize("make", [cells.halves, cells.product_codes, cells.one_bit_codes])
def test_centres_are_sought_on_the_card_and_put_back(make: Any, tmp_path: Path) -> None:
    vectors = ArrayView.of_clusters(3_000, 24, np.random.default_rng(0)).vectors
    device, plain, moved = Copying(), make(faiss, 24, 3_000), make(faiss, 24, 3_000)
    for used, index in ((None, plain), (device, moved)):
        with training_on(used, faiss, index):
            index.train(vectors)
        with adding_on(used, faiss, index):
            index.add(vectors)
    assert device.copied == 2
    inner = faiss.extract_index_ivf(moved)
    assert inner.clustering_index is None
    assert inner.quantizer.ntotal == inner.nlist
    faiss.write_index(moved, str(tmp_path / "index"))
    again = faiss.read_index(str(tmp_path / "index"))
    np.testing.assert_array_equal(again.search(vectors[:5], 9)[1], plain.search(vectors[:5], 9)[1])


def test_centres_are_put_back_when_adding_fails() -> None:
    index = cells.halves(faiss, 8, 1_000)
    index.train(np.random.default_rng(0).standard_normal((1_000, 8), dtype=np.float32))
    with pytest.raises(ValueError, match="enough"), adding_on(Copying(), faiss, index):
        raise ValueError("enough")
    assert index.quantizer.ntotal == index.nlist


@pytest.mark.parametrize("name", ["faiss-flat", "faiss-ivf"])
def test_the_card_answers_what_it_can_and_the_processor_the_rest(name: str) -> None:
    view = ArrayView.of_clusters(12_000, 16, np.random.default_rng(0))
    structure, device = by_name[name], Copying()
    index = structure.make(faiss, 16, 12_000)
    index.train(view.vectors)
    index.add(view.vectors)
    here, there = FaissIndex(structure, index, view, 0), FaissIndex(structure, index, view, 0, device=device)
    queries = class_vectors(view.vectors, 6, np.random.default_rng(1))
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda query: there.search(query, 30), queries))
    assert device.asked == 6
    for query, hits in zip(queries, answers, strict=True):
        assert hits.rows.tolist() == here.search(query, 30).rows.tolist()
    mask = np.arange(12_000) % 2 == 0
    assert (
        there.search(queries[0], 30, allowed=mask).rows.tolist()
        == here.search(queries[0], 30, allowed=mask).rows.tolist()
    )
    assert len(there.search(queries[0], 1_200).rows) == 1_200  # with its candidates more than a card gives
    assert device.asked == 6
