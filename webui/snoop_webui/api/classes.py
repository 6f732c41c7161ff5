"""Routes of classes: what they are, what they say of the corpus."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response
from pydantic import Base64Bytes, BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.entities import VisualClass
from snoop_flow.reports import ClassCard, ClassSummary, FitReport, FollowedClass, Histogram, MoveReport, SearchReport
from snoop_flow.searching import Query
from snoop_webui.api.corpus import Region
from snoop_webui.api.routes import Body, Route
from snoop_webui.views.publishing import download

MOST = 10_000
Visibility = Literal["private", "institution", "public"]


class Start(Body):
    """What a class starts from before anything is marked; parts are combined. `image` is a file in base64."""

    text: str | None = None
    image: Base64Bytes | None = None
    url: str | None = None
    items: list[str] = Field(default_factory=list)
    negatives: list[str] = Field(default_factory=list)
    visual_class: str | None = None
    region: Region | None = None
    negative_text: str | None = None

    def query(self) -> Query:
        """The same as the engine takes it."""
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "region"}
        return Query(**values, region=(self.region.item, self.region.xywh) if self.region else None)


class NewClass(Body):
    """A class to create, maybe with something to start from and its first positives."""

    name: str
    labels: dict[str, list[str]] | None = None
    definition: str = ""
    concept_uri: str = ""
    visibility: Visibility = "private"
    positives: list[str] = Field(default_factory=list, description="Items, or boxes on them: ID#xywh=X,Y,W,H.")
    regions: bool = Field(False, description="A class of parts of images.")
    start: Start | None = None


class ClassChanges(Body):
    """What is to change on a class."""

    name: str | None = None
    labels: dict[str, list[str]] | None = None
    definition: str | None = None
    concept_uri: str | None = None
    visibility: Visibility | None = None
    licence: str | None = Field(None, description="An SPDX identifier, or an address; empty for none.")
    intended_use: str | None = None
    limits: str | None = None


class Threshold(Body):
    """The score from which on items are proposed."""

    threshold: float


class Move(Body):
    """The backbone that a class is to be taught on."""

    backbone: str


class Nothing(Body):
    """An empty object."""


class Suggest(BaseModel):
    """What is to be suggested."""

    strategy: str = "relevant"
    count: int = Field(15, ge=1, le=MOST)
    collection: str | None = None
    discovery_rate: float = Field(0.2, ge=0, le=1)
    low: float | None = None
    high: float | None = None
    temporal_range: float = Field(0.0, ge=0, description="Seconds within which one keyframe of a video is shown.")
    neighbours: bool = Field(False, description="Bring in the keyframes within the range around each one shown.")
    seed: int | None = None


class Ranking(BaseModel):
    """How much of a ranking."""

    count: int = Field(60, ge=1, le=MOST)
    collection: str | None = None
    temporal_range: float = Field(0.0, ge=0, description="Seconds within which one keyframe of a video is shown.")
    neighbours: bool = Field(False, description="Bring in the keyframes within the range around each one shown.")


class Bins(BaseModel):
    """How fine a histogram."""

    bins: int = Field(40, ge=2, le=400)


def list_classes(workspace: Workspace) -> list[ClassSummary]:
    """All classes with their counts."""
    return workspace.classes()


def create_class(workspace: Workspace, body: NewClass) -> VisualClass:
    """Create a class."""
    values = body.model_dump(exclude={"labels", "start"})
    start = body.start.query() if body.start else None
    return workspace.create_class(values.pop("name"), labels=_labels(body.labels), start=start, **values)


def show_class(workspace: Workspace, class_id: str) -> ClassSummary:
    """One class with its counts and versions."""
    return workspace.class_summary(class_id)


def show_card(workspace: Workspace, class_id: str) -> ClassCard:
    """What others have to know of a class before they use it: licence, limits, corpora, audited figures, cost."""
    return workspace.class_card(class_id)


def change_class(workspace: Workspace, class_id: str, body: ClassChanges) -> VisualClass:
    """Change what a class is called and means, and what people write on its card."""
    changes: dict[str, Any] = body.model_dump(exclude_none=True)
    if body.labels is not None:
        changes["labels"] = _labels(body.labels)
    return workspace.update_class(class_id, **changes)


def list_followed(workspace: Workspace) -> list[FollowedClass]:
    """What you follow, and what is new of it."""
    return workspace.followed_classes()


def follow_class(workspace: Workspace, class_id: str, body: Nothing) -> FollowedClass:
    """Follow a class from now on; sent again, what is there is no longer new."""
    return workspace.follow_class(class_id)


def unfollow_class(workspace: Workspace, class_id: str) -> None:
    """Follow a class no longer."""
    workspace.unfollow_class(class_id)


def delete_class(workspace: Workspace, class_id: str) -> None:
    """Delete a class that was never published."""
    workspace.delete_class(class_id)


def move_class(workspace: Workspace, class_id: str, body: Move) -> MoveReport:
    """Teach a class on another backbone's vectors, fitted anew on its marks."""
    return workspace.move_class(class_id, body.backbone)


def fit_class(workspace: Workspace, class_id: str, body: Nothing) -> FitReport:
    """Fit a new version on the present marks."""
    return workspace.fit(class_id)


def suggest(workspace: Workspace, class_id: str, query: Suggest) -> SearchReport:
    """What to show the curator next."""
    window = None
    if query.low is not None or query.high is not None:
        window = (-1e9 if query.low is None else query.low, 1e9 if query.high is None else query.high)
    wanted = query.model_dump(exclude={"low", "high", "strategy"})
    return workspace.suggest(class_id, query.strategy, window=window, **wanted)


def rank(workspace: Workspace, class_id: str, query: Ranking) -> SearchReport:
    """The corpus by score, marked items included."""
    return workspace.ranking(class_id, **query.model_dump())


def show_histogram(workspace: Workspace, class_id: str, query: Bins) -> Histogram:
    """How many items score how much."""
    return workspace.histogram(class_id, query.bins)


def set_threshold(workspace: Workspace, class_id: str, body: Threshold) -> ClassSummary:
    """Choose from which score on items are proposed."""
    workspace.set_threshold(class_id, body.threshold)
    return workspace.class_summary(class_id)


def export_annotations(workspace: Workspace, class_id: str, format_name: str) -> Response:
    """The published annotations of a class as a file; several files come as a ZIP."""
    found = workspace.class_summary(class_id).visual_class
    return download(format_name, [found.id], found.name)


def _labels(labels: dict[str, list[str]] | None) -> dict[str, tuple[str, ...]] | None:
    return None if labels is None else {language: tuple(texts) for language, texts in labels.items()}


ROUTES = (
    Route("GET", "/classes", list_classes, list[ClassSummary], "classes"),
    Route("POST", "/classes", create_class, VisualClass, body=NewClass, status=201),
    Route("GET", "/classes/<class_id>", show_class, ClassSummary),
    Route("GET", "/classes/<class_id>/card", show_card, ClassCard),
    Route("GET", "/followed", list_followed, list[FollowedClass], "followed"),
    Route("PUT", "/classes/<class_id>/follow", follow_class, FollowedClass, body=Nothing),
    Route("DELETE", "/classes/<class_id>/follow", unfollow_class, type(None), "stopped"),
    Route("PATCH", "/classes/<class_id>", change_class, VisualClass, body=ClassChanges),
    Route("DELETE", "/classes/<class_id>", delete_class, type(None), "deleted"),
    Route("POST", "/classes/<class_id>/fit", fit_class, FitReport, body=Nothing),
    Route("POST", "/classes/<class_id>/move", move_class, MoveReport, body=Move),
    Route("GET", "/classes/<class_id>/suggestions", suggest, SearchReport, query=Suggest),
    Route("GET", "/classes/<class_id>/ranking", rank, SearchReport, query=Ranking),
    Route("GET", "/classes/<class_id>/histogram", show_histogram, Histogram, query=Bins),
    Route("PUT", "/classes/<class_id>/threshold", set_threshold, ClassSummary, body=Threshold),
    Route("GET", "/classes/<class_id>/exports/<format_name>", export_annotations),
)
