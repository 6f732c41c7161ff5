"""Routes that look at the corpus and search it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.entities import Record
from snoop_flow.reports import Abilities, BackboneFacts, Card, PluginsReport, SearchReport, StatusReport
from snoop_webui.api.routes import Body, Route

MOST = 10_000


TextIn = Literal["words", "pictures", "both"]


class Region(Body):
    """A part of an item's canvas, in canvas pixels: left, top, width, height."""

    item: str
    xywh: tuple[int, int, int, int]


class Search(Body):
    """What is looked for; parts are combined. `image` is a file in base64."""

    text: str | None = None
    image: Base64Bytes | None = None
    url: str | None = None
    items: list[str] = Field(default_factory=list)
    negatives: list[str] = Field(default_factory=list)
    visual_class: str | None = None
    region: Region | None = None
    negative_text: str | None = Field(None, description="Words for what it is not.")
    count: int = Field(60, ge=1, le=MOST)
    collection: str | None = None
    index: str | None = None
    text_in: TextIn | None = Field(None, description="Where a text is looked for; by default wherever it can be.")
    regions: bool = Field(False, description="Rank parts of the images that were segmented.")
    per_image: int = Field(1, ge=1, le=MOST, description="Regions of one image among the results, at most.")
    class_name: str | None = Field(None, description="Class whose marks are shown on the results.")
    temporal_range: float = Field(0.0, ge=0, description="Seconds within which one keyframe of a video is shown.")
    neighbours: bool = Field(False, description="Bring in the keyframes within the range around each one shown.")


class SearchQuery(BaseModel):
    """The search that fits into an address."""

    text: str | None = None
    url: str | None = None
    item: list[str] = Field(default_factory=list)
    visual_class: str | None = None
    negative_text: str | None = None
    count: int = Field(60, ge=1, le=MOST)
    collection: str | None = None
    text_in: TextIn | None = None
    regions: bool = False
    per_image: int = Field(1, ge=1, le=MOST)
    temporal_range: float = Field(0.0, ge=0)
    neighbours: bool = False


class NewRegion(Body):
    """A box to draw, in canvas pixels: left, top, width, height."""

    xywh: tuple[int, int, int, int]
    visual_class: str | None = Field(None, description="The class of regions that it is for.")


class OfClass(BaseModel):
    """Whose marks are shown."""

    class_name: str | None = None


class Page(BaseModel):
    """Which part of a list."""

    offset: int = Field(0, ge=0)
    limit: int = Field(50, ge=1, le=1000)


@dataclass(frozen=True, slots=True)
class Found:
    """What a class says of an item."""

    class_id: str
    class_name: str
    version: int
    score: float
    status: str


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """An item with what classes say of it."""

    item: Card
    predictions: list[Found]


@dataclass(frozen=True, slots=True)
class CollectionAnswer:
    """A collection with its counts."""

    slug: str
    title: str
    records: int
    items: int


def show_status(workspace: Workspace) -> StatusReport:
    """The workspace at a glance."""
    return workspace.status()


def list_backbones(workspace: Workspace) -> list[BackboneFacts]:
    """The backbones with their facts, those in use first."""
    return workspace.backbones()


def list_plugins(workspace: Workspace) -> PluginsReport:
    """What is installed, and what is not and why."""
    return workspace.plugins()


def list_collections(workspace: Workspace) -> list[CollectionAnswer]:
    """All collections."""
    return [
        CollectionAnswer(one.collection.slug, one.collection.title, one.records, one.items)
        for one in workspace.collections()
    ]


def list_records(workspace: Workspace, slug: str, query: Page) -> list[Record]:
    """Records of a collection."""
    return workspace.records(slug, query.offset, query.limit)


def show_record(workspace: Workspace, record_id: str) -> Record:
    """One record."""
    return workspace.record(record_id)


def list_record_items(workspace: Workspace, record_id: str) -> list[Card]:
    """The items of a record, in order."""
    return list(workspace.cards([item.id for item in workspace.record_items(record_id)]))


def show_item(workspace: Workspace, item_id: str) -> ItemAnswer:
    """An item and what classes say of it."""
    predictions = [
        Found(visual_class.id, visual_class.name, one.version, round(one.score, 4), one.status)
        for visual_class, one in workspace.item_predictions(item_id)
    ]
    return ItemAnswer(workspace.cards([item_id])[0], predictions)


def list_regions(workspace: Workspace, item_id: str, query: OfClass) -> list[Card]:
    """The regions that were cut out of an item."""
    return list(workspace.item_regions(item_id, query.class_name))


def draw_region(workspace: Workspace, item_id: str, body: NewRegion) -> Card:
    """Make a box on an item a region, with a vector at once."""
    return workspace.draw_region(item_id, body.xywh, body.visual_class)


def show_abilities(workspace: Workspace) -> Abilities:
    """What can be searched by what."""
    return workspace.abilities()


def search(workspace: Workspace, body: Search) -> SearchReport:
    """Rank the corpus by likeness to texts, images, items, a region or a class."""
    wanted: dict[str, Any] = body.model_dump(exclude={"region", "image"})
    region = (body.region.item, body.region.xywh) if body.region else None
    image = bytes(body.image) if body.image else None
    return workspace.search(**wanted, region=region, image=image)


def search_by_address(workspace: Workspace, query: SearchQuery) -> SearchReport:
    """Rank the corpus, for what fits into an address."""
    wanted = query.model_dump(exclude={"item"})
    return workspace.search(**wanted, items=query.item)


ROUTES = (
    Route("GET", "/status", show_status, StatusReport),
    Route("GET", "/plugins", list_plugins, PluginsReport),
    Route("GET", "/backbones", list_backbones, list[BackboneFacts], named="backbones"),
    Route("GET", "/collections", list_collections, list[CollectionAnswer], "collections"),
    Route("GET", "/collections/<slug>/records", list_records, list[Record], "records", query=Page),
    Route("GET", "/records/<record_id>", show_record, Record),
    Route("GET", "/records/<record_id>/items", list_record_items, list[Card], "items"),
    Route("GET", "/items/<item_id>", show_item, ItemAnswer),
    Route("GET", "/items/<item_id>/regions", list_regions, list[Card], "regions", query=OfClass),
    Route("POST", "/items/<item_id>/regions", draw_region, Card, body=NewRegion, status=201),
    Route("GET", "/search/abilities", show_abilities, Abilities),
    Route("GET", "/search", search_by_address, SearchReport, query=SearchQuery),
    Route("POST", "/search", search, SearchReport, body=Search),
)
