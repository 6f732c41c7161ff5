from pathlib import Path

import numpy as np
import pytest

from snoop_flow.errors import IntegrityError
from snoop_flow.indexing import contents
from snoop_flow.testing import ArrayView


def _view(rows: list[int], whole: ArrayView) -> ArrayView:
    return ArrayView(whole.vectors[rows], whole.numbers[rows])


def test_each_present_vector_knows_its_earlier_row() -> None:
    whole = ArrayView.of_clusters(60, 9, np.random.default_rng(0))
    before = contents.contents(_view([5, 3, 8, 1], whole))
    now = contents.contents(_view([1, 9, 3, 40, 5], whole))
    assert contents.previous_rows(before, now).tolist() == [3, -1, 1, -1, 0]
    nothing = contents.contents(_view([], whole))
    assert contents.previous_rows(nothing, now).tolist() == [-1] * 5
    assert contents.previous_rows(before, nothing).tolist() == []


def test_an_item_with_another_vector_is_new() -> None:
    whole = ArrayView.of_clusters(20, 9, np.random.default_rng(0))
    changed = whole.vectors.copy()
    changed[7, 2] = np.nextafter(changed[7, 2], np.float32(1))
    before, now = contents.contents(whole), contents.contents(ArrayView(changed, whole.numbers))
    assert np.flatnonzero(contents.previous_rows(before, now) < 0).tolist() == [7]


def test_digests_do_not_depend_on_where_a_vector_lies() -> None:
    vectors = np.random.default_rng(0).standard_normal((1501, 33), dtype=np.float32)
    forwards = contents.contents(ArrayView(vectors))["digest"]
    backwards = contents.contents(ArrayView(vectors[::-1]))["digest"]
    np.testing.assert_array_equal(forwards, backwards[::-1])
    assert len(np.unique(forwards)) == 1501


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"words"])
def test_a_damaged_file_is_told(damage: bytes, tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="cannot be read"):
        contents.read(tmp_path)
    (tmp_path / contents.FILE).write_bytes(damage)
    with pytest.raises(IntegrityError, match="cannot be read"):
        contents.read(tmp_path)
    with (tmp_path / contents.FILE).open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(IntegrityError, match="is not what tells the vectors"):
        contents.read(tmp_path)
