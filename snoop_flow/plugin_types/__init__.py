"""What plugins give: specs (a name, facts and a callable that opens the real thing) and the protocols behind them.

A hook returns specs only, so that listing plugins never loads a model. Their titles are English; catalogues of the
plugin say them in other languages, see the hook `register_translations`. Arrays are numpy; `D` is a backbone's
dimension, `N` the number of rows of a view. It is one contract, a module for each family of hooks; import from here.
Vectors are float32 and L2-normalised, so an inner product is a cosine.

These modules import no numpy, which takes a third of the time in which a process that reads records starts: what arrays
are is told to type checkers, and to who asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snoop_flow.plugin_types.backbones import (
    Backbone,
    BackboneFamily,
    BackboneSpec,
    PatchBackbone,
    PreparedBackbone,
    TextBackbone,
)
from snoop_flow.plugin_types.exporters import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_flow.plugin_types.indexes import Hits, Index, IndexTypeSpec, IndexUpdate, ScannableView, Scanned, VectorView
from snoop_flow.plugin_types.installation import Event, Finding
from snoop_flow.plugin_types.segmenters import Segment, Segmenter, SegmenterContext, SegmenterSpec
from snoop_flow.plugin_types.sources import (
    Checkpoint,
    HarvestSource,
    ItemDraft,
    Listed,
    ListingFailure,
    RecordDraft,
    RecordGone,
    RecordMoved,
    RecordRef,
    SourceContext,
    SourceSpec,
)
from snoop_flow.plugin_types.strategies import StrategySpec
from snoop_flow.plugin_types.videos import (
    Boundary,
    Still,
    VideoFacts,
    VideoFound,
    VideoSegmenter,
    VideoSegmenterSpec,
    VideoTask,
)

if TYPE_CHECKING:
    from snoop_flow.plugin_types.arrays import FloatArray, Mask, RowArray

__all__ = [
    "Backbone",
    "BackboneFamily",
    "BackboneSpec",
    "Boundary",
    "Checkpoint",
    "Event",
    "ExportContext",
    "ExportReport",
    "ExportRow",
    "ExporterSpec",
    "Finding",
    "FloatArray",
    "HarvestSource",
    "Hits",
    "Index",
    "IndexTypeSpec",
    "IndexUpdate",
    "ItemDraft",
    "Listed",
    "ListingFailure",
    "Mask",
    "PatchBackbone",
    "PreparedBackbone",
    "RecordDraft",
    "RecordGone",
    "RecordMoved",
    "RecordRef",
    "RowArray",
    "ScannableView",
    "Scanned",
    "Segment",
    "Segmenter",
    "SegmenterContext",
    "SegmenterSpec",
    "SourceContext",
    "SourceSpec",
    "Still",
    "StrategySpec",
    "TextBackbone",
    "VectorView",
    "VideoFacts",
    "VideoFound",
    "VideoSegmenter",
    "VideoSegmenterSpec",
    "VideoTask",
]


def __getattr__(name: str) -> Any:
    """The names of arrays, which are imported when they are asked for."""
    if name not in ("FloatArray", "Mask", "RowArray"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from snoop_flow.plugin_types import arrays  # late, see above

    return getattr(arrays, name)
