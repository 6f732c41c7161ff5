"""What plugins give: specs (a name, facts and a callable that opens the real thing) and the protocols behind them.

A hook returns specs only, so that listing plugins never loads a model. Their titles are English; catalogues of the
plugin say them in other languages, see the hook `register_translations`. Arrays are numpy; `D` is a backbone's
dimension, `N` the number of rows of a view. It is one file, since it is one contract, which plugin authors read
whole. Vectors are float32 and L2-normalised, so an inner product is a cosine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from snoop_flow.entities import Item, ItemKind, LanguageMap, Record, Status, VisualClass
from snoop_flow.fetching import Fetched, HostProfile
from snoop_iiif import AnnotationDraft

if TYPE_CHECKING:  # its libraries take a second to import, and who reads records needs none of them
    from snoop_flow.learning import Pool

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.intp]
Mask = NDArray[np.bool_]


# --- the installation --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing of the installation that `doctor` looked at, and how to mend it when it is not as it should be."""

    subject: str
    ok: bool
    finding: str


# --- sources -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as a source describes it, before it has a number.

    Attributes:
        key: the canvas URI, or for a local record any text that is stable and unique within the record.
        image: JSON by which the image is had: `{"path": …}` or `snoop_iiif.Image.to_dict()`.
        image_digest: changes if and only if the picture must be embedded again.
        uri: the canvas URI, where the key is something more stable.
        aliases: other URIs under which institutions name this canvas.
        parent: key and selector of the item of this record that it is a part of: a keyframe's shot, a shot's canvas.
            What has a parent has its URI.
        searched: it is embedded and found; not so a film's canvas and its shots, whose keyframes are.
    """

    key: str
    label: LanguageMap
    width: int
    height: int
    image: Mapping[str, Any]
    image_digest: str
    kind: ItemKind = ItemKind.CANVAS
    selector: str = ""
    uri: str = ""
    aliases: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None
    searched: bool = True


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A record as a source describes it.

    Attributes:
        key: the manifest URI, or for a local record any stable text (the installation then names its manifest).
        digest: SHA-256 of the source document; an equal digest means that nothing changed.
        local: the installation itself serves the manifest and the images.
        problems: what could not be taken from this record, one line each.
        media: sound and video of the record, JSON each: `{"canvas", "url" or "path", "kind", "format", "duration"}`;
            `canvas` is the key of an item where the record has one for it.
        quirks: short codes of what was odd about the document and mended.
    """

    key: str
    label: LanguageMap
    digest: str
    items: tuple[ItemDraft, ...]
    metadata: tuple[tuple[LanguageMap, LanguageMap], ...] = ()
    rights: str = ""
    attribution: LanguageMap = field(default_factory=dict)
    homepage: str = ""
    version: str = ""
    local: bool = False
    problems: tuple[str, ...] = ()
    media: tuple[Mapping[str, Any], ...] = ()
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRef:
    """A record that a source has listed but not read yet.

    Attributes:
        uri: what to read.
        hint: small JSON that the source wants back when it reads the record.
        stamp: changes whenever the record does, such as a datestamp; a record that was read with the same one is not
            read again. "" where the source knows none.
        only_new: a record that is kept already is not read again: nothing says that it changed.
    """

    uri: str
    hint: Mapping[str, Any] = field(default_factory=dict)
    stamp: str = ""
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class ListingFailure:
    """A part of a source that could not be listed; the harvest goes on without it."""

    uri: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordGone:
    """A record that its institution says it has deleted."""

    uri: str


@dataclass(frozen=True, slots=True)
class RecordMoved:
    """A record that has another URI now; it stays the same record, with its marks and annotations."""

    uri: str
    to: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to where a source was listed, so that the next harvest lists what changed since; given last.

    Attributes:
        value: small JSON, lent back by `SourceContext.checkpoint`.
        partial: the list holds only what changed since the checkpoint that was lent: what it lacks is not gone.
    """

    value: Mapping[str, Any]
    partial: bool = False


Listed = RecordRef | ListingFailure | RecordGone | RecordMoved | Checkpoint


class SourceContext(Protocol):
    """What the engine lends a source: the one way out, and where the last harvest ended.

    Attributes:
        checkpoint: of the last complete harvest; None for a first one, and when everything is to be listed.
    """

    @property
    def checkpoint(self) -> Mapping[str, Any] | None:
        """See the class."""

    def fetch(self, url: str, accept: str) -> Fetched:
        """Fetch a document through the installation's fetcher; raises `SourceError`.

        A record that is read from one document is asked for conditionally: where the server says that it did not
        change, reading ends here, and the record counts as unchanged.
        """


class HarvestSource(Protocol):
    """An opened source: lists cheaply, reads one record at a time."""

    def list(self) -> Iterator[Listed]:
        """Yield every record once, or what changed since the checkpoint; raises `SourceError` when nothing can be."""

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read one record; raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A kind of place that records come from.

    Attributes:
        recognises: tells from the text of a location alone (no network) whether this source can read it.
        open: opens a location.
        hosts: the manners at the hosts of this source.
        reader: changes when reading keeps something else than before, so that unchanged documents are read again.
        general: it recognises what others recognise better; it is asked last.
    """

    name: str
    title: str
    recognises: Callable[[str], bool]
    open: Callable[[str, SourceContext], HarvestSource]
    hosts: tuple[HostProfile, ...] = ()
    reader: str = "1"
    general: bool = False


# --- segmenters --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an item that a segmenter found.

    Attributes:
        item: what it was found in.
        box: x, y, width and height in canvas pixels; what lies outside of the canvas is cut off.
        label: what it is called; that of the item where nothing is said.
    """

    item: Item
    box: tuple[float, float, float, float]
    label: LanguageMap = field(default_factory=dict)


class SegmenterContext(Protocol):
    """What the engine lends a segmenter."""

    @property
    def most(self) -> int:
        """How many regions of an image are wanted at most, the best first."""

    def picture(self, item: Item, longest: int) -> Image:
        """The picture of an item, its longer side about so many pixels; raises `SourceError`."""

    def describe(self, item: Item, boxes: NDArray[np.float64]) -> FloatArray:
        """Vectors of boxes on an item, (n, D) of unit length, made as those that are kept; raises `SourceError`.

        Args:
            boxes: (n, 4) of x, y, width and height in canvas pixels.
        """


class Segmenter(Protocol):
    """Cuts images into regions that are searched beside them."""

    def segment(self, record: Record, items: Sequence[Item]) -> Iterator[Segment]:
        """Yield the regions of some items of one record, at present of one at a time; raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class SegmenterSpec:
    """A way to cut images into regions.

    Attributes:
        kinds: of items that it gives; of these the engine takes regions.
    """

    name: str
    title: str
    kinds: tuple[ItemKind, ...]
    open: Callable[[SegmenterContext], Segmenter]


# --- segmenters of videos ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a film says of itself, and its first frame shows.

    Attributes:
        duration: seconds; None where the film does not say.
        width: in pixels as players show it, upright and with square pixels; so is `height`.
        fps: frames a second on average; 0.0 where the film does not say.
        format: media type.
    """

    duration: float | None
    width: int
    height: int
    fps: float
    format: str


@dataclass(frozen=True, slots=True)
class VideoTask:
    """A part of a film to look at, and what is wanted of it.

    Attributes:
        start: seconds, in the time of a browser's player; `end` likewise, None for the end of the film.
        most: stills of a shot.
        every: seconds between stills; 0.0 where they are chosen by what they show.
        longest: side of a still, in pixels, at most.
    """

    start: float
    end: float | None
    most: int
    every: float
    longest: int


@dataclass(frozen=True, slots=True)
class Still:
    """A frame of a film that may become a keyframe, and its JPEG.

    Attributes:
        at: seconds.
        quality: 0.0 for a black frame to 1.0 for a good picture.
        tick: it is one of those wanted every so many seconds.
        signature: of its content, hexadecimal bytes; the mean difference of two tells how unlike their pictures are.
    """

    at: float
    quality: float
    tick: bool
    signature: str
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where one shot ends and the next begins.

    Attributes:
        at: seconds; when the first frame of the new shot is shown.
        kind: `cut`, `dissolve`, `fade` or another word of the segmenter's.
        strength: of two that are too near to each other the stronger one is kept.
    """

    at: float
    kind: str
    strength: float


@dataclass(frozen=True, slots=True)
class VideoFound:
    """What a part of a film holds.

    Attributes:
        boundaries: those from the part's start on and before its end, in order.
        first: when its first frame is shown, in seconds; None where it has none.
        last: when its last frame has been shown.
        frames: how many there are.
    """

    boundaries: tuple[Boundary, ...]
    first: float | None
    last: float
    frames: int


class VideoSegmenter(Protocol):
    """Finds the shots of films, part by part; safe to share between threads.

    What is found must not depend on where a film is cut into parts: a boundary at a seam is given once.
    """

    def facts(self, film: Path) -> VideoFacts:
        """Look at a film's head; raises `SourceError`."""

    def cut(self, film: Path, task: VideoTask, keep: Callable[[Still], None]) -> VideoFound:
        """Look at a part of a film, and hand over stills of its shots as they are found; raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class VideoSegmenterSpec:
    """A way to find the shots of films, and pictures to know them by.

    Attributes:
        version: changes when it would find something else; films are then looked at again.
        open: makes it ready; raises `PluginError` where something that it needs is missing.
        encode: writes pictures of one size, at so many a second, as a film; None where it cannot. Samples are made so.
    """

    name: str
    title: str
    version: str
    open: Callable[[], VideoSegmenter]
    encode: Callable[[Path, Iterable[Image], float], None] | None = None
    kinds: tuple[ItemKind, ...] = (ItemKind.SHOT, ItemKind.KEYFRAME)


# --- backbones ---------------------------------------------------------------------------------------------------


class Backbone(Protocol):
    """An opened image encoder."""

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Text that changes whenever the vectors of images would: weights, preprocessing, algorithm version.

        Device and precision are no part of it: vectors of one image may differ by rounding.
        """

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        """Embed RGB images of any size: (n, D) float32, each row of unit length."""


@runtime_checkable
class TextBackbone(Protocol):
    """A backbone that also places texts in the space of the images."""

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts: (n, D) float32, each row of unit length."""


@runtime_checkable
class PatchBackbone(Protocol):
    """A backbone that also says what is seen where, on a grid of `BackboneSpec.patch_grid` cells."""

    def embed_patches(self, images: Sequence[Image]) -> FloatArray:
        """Embed the cells of images: (n, rows, columns, D) float32, each vector of unit length.

        The grid covers the whole image, edge to edge, whatever its shape and whatever `embed_images` cuts off: cell
        (r, c) is the box from (c / columns, r / rows) to ((c + 1) / columns, (r + 1) / rows) of its sides.
        """


@runtime_checkable
class PreparedBackbone(Protocol):
    """A backbone whose work on a picture is split in two, so that the engine prepares some while the model runs others.

    `embed_images(images)` gives the same as `embed_prepared([prepare(image) for image in images])`. An attribute
    `batch_size`, where there is one, tells how many pictures it takes best in one call; `overlaps`, if true, that
    several threads may call it at once, as calls that share one pool of threads can.
    """

    def prepare(self, image: Image) -> NDArray[Any]:
        """One RGB picture as the model takes it, one shape for all; called in several threads at once."""

    def embed_prepared(self, pictures: Sequence[NDArray[Any]]) -> FloatArray:
        """Embed what `prepare` gave: (n, D) float32, each row of unit length.

        Called in one thread at a time, unless it `overlaps`.
        """


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """An image encoder and its facts, known without loading weights.

    Attributes:
        input_size: longest side in pixels that the encoder can use; images are fetched at about this size.
        fingerprint: computes `Backbone.fingerprint` without loading the weights into memory.
        open: opens it on a device such as `cpu`, `cuda` or `cuda@bf16`.
        reads_text: it is a `TextBackbone`, too.
        patch_grid: rows and columns of the grid of a `PatchBackbone`; None where it is none.
        patch_fingerprint: text that changes whenever the vectors of patches would and those of images would not.
        megabytes: about what the weights take on disk; 0 where it has none, or nobody knows.
        languages: what texts it reads, in words such as `English` or `100 languages`; empty where it reads none.
    """

    name: str
    title: str
    dimension: int
    input_size: int
    licence: str
    fingerprint: Callable[[], str]
    open: Callable[[str], Backbone]
    reads_text: bool = False
    patch_grid: tuple[int, int] | None = None
    megabytes: int = 0
    languages: str = ""
    patch_fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class BackboneFamily:
    """A loader of backbones from the user's own files: `--backbone NAME:LOCATION`.

    Attributes:
        resolve: turns LOCATION into a spec; raises `UsageError` with the way to mend.
    """

    name: str
    title: str
    resolve: Callable[[str], BackboneSpec]


# --- indexes -----------------------------------------------------------------------------------------------------


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


# --- strategies --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """A query strategy: which items to show next.

    Attributes:
        choose: picks rows of the pool, best first, see `snoop_flow.learning.Pool`.
    """

    name: str
    title: str
    choose: Callable[[Pool, int, np.random.Generator], RowArray]


# --- exporters ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One published statement with all that a catalogue's format may need.

    Attributes:
        annotation: what was published; `snoop_iiif` builds the profiles of IIIF and W3C from it.
        decided_by: name of the reviewer, empty for a machine's statement.
    """

    annotation: AnnotationDraft
    item: Item
    record: Record
    collection: str
    visual_class: VisualClass
    version: int
    score: float
    status: Status
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportContext:
    """Facts of the installation that exports.

    Attributes:
        extension_context: address of the JSON-LD context for confidence and provenance.
        page_uri: the address of an item's annotation page; regions and keyframes share that of their canvas.
        manifest: builds the Presentation 3 manifest of a local record, which the installation serves itself.
    """

    public_url: str
    agent: str
    institution: str
    extension_context: str
    page_uri: Callable[[Item], str]
    manifest: Callable[[Record], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an exporter wrote."""

    files: tuple[str, ...]
    records: int


@dataclass(frozen=True, slots=True)
class ExporterSpec:
    """A catalogue's format.

    Attributes:
        export: writes rows, which come grouped by record and item, to a path (a file, or a folder if
            `writes_folder`) and streams: memory must not grow with their number.
        short: what it is called on a button, such as `Dublin Core`; its name in capitals where nothing is said.
    """

    name: str
    title: str
    writes_folder: bool
    export: Callable[[Iterable[ExportRow], Path, ExportContext], ExportReport]
    short: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was committed: what, about which subject, by whom."""

    name: str
    subject: str
    user: str
    at: datetime
    detail: Mapping[str, Any]
