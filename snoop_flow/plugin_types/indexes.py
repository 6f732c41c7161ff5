"""Index types: vectors → search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from snoop_flow.plugin_types.arrays import FloatArray, Mask, RowArray


class VectorView(Protocol):
    """The live rows of an embedding set in a fixed order; row r is item `numbers[r]`."""

    @property
    def dimension(self) -> int:
        """D."""

    @property
    def numbers(self) -> NDArray[np.int64]:
        """(N,) item numbers."""

    def blocks(self, rows: int = ...) -> Iterator[FloatArray]:
        """Yield all rows in order as (n, D) blocks of at most `rows`."""

    def gather(self, rows: RowArray) -> FloatArray:
        """The vectors of some rows, (n, D)."""


class Scanned(Protocol):
    """The scores of a view's rows by one query; what is taken from them is exact."""

    def top(self, count: int, below: float | None = None) -> Hits:
        """The best `count` allowed rows, none above `below`."""


@runtime_checkable
class ScannableView(Protocol):
    """A view that scores faster than by `VectorView.blocks` and `gather`: the engine's own views are such."""

    def scan(self, weights: FloatArray, bias: float = 0.0, *, allowed: Mask | None = None) -> Scanned:
        """Score every allowed row by `x · weights + bias`; raises `UsageError` for unfit weights."""

    def scores_at(self, rows: RowArray, weights: FloatArray) -> FloatArray:
        """`x · weights` of some rows on the vectors themselves, (n,)."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of a view in falling order of score: two arrays of one length."""

    rows: RowArray
    scores: FloatArray


class Index(Protocol):
    """An opened index over a view."""

    def search(self, query: FloatArray, count: int, *, allowed: Mask | None = None, below: float | None = None) -> Hits:
        """The best `count` rows for a (D,) query by inner product.

        Args:
            query: any vector, not only a unit one: a class is a query.
            count: rows wanted; fewer come back when fewer are allowed.
            allowed: (N,) mask of the rows that may be returned; filters act inside the search.
            below: return only scores at most this (a score band's upper end).
        """


class IndexUpdate(Protocol):
    """How a type of index brings one up to date."""

    def __call__(
        self, old: Path, view: VectorView, previous: RowArray, folder: Path, rng: np.random.Generator, /
    ) -> str | None:
        """Write the structure over the present view into an empty folder, by way of one over an earlier view.

        Args:
            old: folder of the earlier structure; it must stay as it is, for it answers until the new one is there.
            view: the present vectors.
            previous: (N,) the earlier view's row of each vector, −1 for vectors that are new. Rows of the earlier view
                that do not occur are gone.
            folder: where to write what `build` writes.
            rng: as for `build`.

        Returns:
            None when it is done; otherwise why it must be built anew, as the end of a sentence.
        """


@dataclass(frozen=True, slots=True)
class IndexTypeSpec:
    """A search structure.

    Attributes:
        exact: answers are those of a full scan; others are labelled approximate wherever they are shown, and the engine
            measures what they find.
        build: writes the structure's files into an empty folder.
        open: opens that folder over the same view.
        update: takes new vectors in and old ones out without building anew; None when the type cannot.
        on: the same type on a device such as `cuda` or `cuda:1`; None when the type knows the processor only.
    """

    name: str
    title: str
    exact: bool
    build: Callable[[VectorView, Path, np.random.Generator], None]
    open: Callable[[Path, VectorView], Index]
    update: IndexUpdate | None = None
    on: Callable[[str], IndexTypeSpec] | None = None
