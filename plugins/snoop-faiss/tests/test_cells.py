import faiss
import numpy as np
import pytest

from snoop_faiss import cells
from snoop_faiss.structures import FEWEST, STRUCTURES, plain


def test_cells_grow_with_the_root_of_the_rows_within_what_the_sample_trains() -> None:
    assert [cells.count(rows, 768) for rows in (1, 100, 10_000, 1_000_000)] == [1, 2, 256, 4000]
    assert cells.count(100_000_000, 768) == cells.TRAINING_BYTES // (4 * 768) // cells.ROWS_PER_CELL


@pytest.mark.parametrize(("dimension", "codes"), [(64, 16), (66, 22), (62, 31), (31, 31)])
def test_product_codes_divide_any_dimension(dimension: int, codes: int) -> None:
    index = cells.product_codes(faiss, dimension, 5000)
    assert (index.pq.M, index.pq.nbits) == (codes, 4)


def test_one_bit_codes_need_a_faiss_that_has_them() -> None:
    class Old:
        __version__ = "1.8.0"

    from snoop_flow.errors import PluginError

    with pytest.raises(PluginError, match=r"FAISS 1\.8\.0 has no RaBitQ; install FAISS 1\.14 or newer"):
        cells.one_bit_codes(Old, 8, 100)


def test_an_index_outlives_what_it_was_made_of() -> None:
    vectors = np.random.default_rng(0).standard_normal((3000, 24), dtype=np.float32)
    for make in (cells.halves, cells.product_codes, cells.one_bit_codes):
        index = make(faiss, 24, len(vectors))
        index.train(vectors)
        index.add(vectors)
        assert index.search(vectors[:1], 5)[1].shape == (1, 5)


def test_plain_vectors_take_the_place_of_every_structure_for_few_rows() -> None:
    assert FEWEST >= 16 * 39  # product codes have 16 centres each
    for structure in STRUCTURES:
        small = plain(structure)
        assert (small.name, small.exact, small.learned, small.celled) == (structure.name, structure.exact, False, False)
