"""What a class is: creating, describing, copying, deleting."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from snoop_flow.classes.calibrating import calibration_of
from snoop_flow.classes.costs import class_cost
from snoop_flow.classes.marking import counts_of, mark
from snoop_flow.classes.origins import descended
from snoop_flow.classes.starting import Start, start_of
from snoop_flow.concepts import concept_address
from snoop_flow.entities import ClassModel, EmbeddingSet, LanguageMap, Role, SetKind, User, Visibility, VisualClass
from snoop_flow.errors import ForbiddenError, UsageError
from snoop_flow.licences import licence_id
from snoop_flow.regions.drawing import MARK
from snoop_flow.regions.spaces import region_set
from snoop_flow.reports import ClassSummary, MarkReport, ModelSummary
from snoop_flow.searching import Query
from snoop_flow.store import classes, embeddings, failures, items, marks, people, predictions, published
from snoop_flow.store.rows import now, opaque_id
from snoop_flow.workspace import Workspace

MAX_NAME = 200
LONGEST = 20_000  # characters of a text of a class
CHANGEABLE = frozenset(
    {"name", "labels", "definition", "concept_uri", "visibility", "licence", "intended_use", "limits"}
)


def create_class(
    workspace: Workspace,
    name: str,
    *,
    labels: LanguageMap | None = None,
    definition: str = "",
    concept_uri: str = "",
    visibility: str = Visibility.PRIVATE,
    positives: Sequence[str] = (),
    start: Query | None = None,
    start_note: str = "",
    backbone: str | None = None,
    regions: bool = False,
    user: str | None = None,
) -> VisualClass:
    """Create a class, taught on the vectors of a backbone, perhaps with its first positives.

    Args:
        positives: items that are marked as belonging to it, or boxes on them as `ID#xywh=X,Y,W,H`.
        regions: it is a class of parts of images; so it is where a positive is a box.
        start: what teaching begins with: a text, an image from outside, items, a region or another class. It ranks
            the corpus until something is marked, and draws the model ever less as marks come in.
        start_note: says what the start is; by default made of it.

    Raises:
        ConflictError: the institution has a class of this name.
        NotFoundError: nothing is embedded, or segmented, yet, or an item does not exist.
        UsageError: the start cannot be used, such as a text with a backbone that reads none.
        SourceError: the image to start from cannot be fetched or decoded.
    """
    parts = regions or any(MARK in one for one in positives)
    known = region_set(workspace, backbone) if parts else workspace.embedding_set(backbone)
    begun = None if start is None else start_of(workspace, known, start, start_note)
    created = create_in_set(
        workspace,
        known,
        name,
        start=begun,
        labels=labels,
        definition=definition,
        concept_uri=concept_uri,
        visibility=visibility,
        user=user,
    )
    if positives:
        mark(workspace, created.id, dict.fromkeys(positives, 1), op_id=uuid.uuid4().hex, user=user)
    return created


def create_in_set(
    workspace: Workspace,
    known: EmbeddingSet,
    name: str,
    *,
    labels: LanguageMap | None = None,
    definition: str = "",
    concept_uri: str = "",
    visibility: str = Visibility.PRIVATE,
    start: Start | None = None,
    user: str | None = None,
    licence: str = "",
    intended_use: str = "",
    limits: str = "",
    origins: Sequence[Mapping[str, Any]] = (),
) -> VisualClass:
    """Create a class that is taught on a known embedding set; raises `ConflictError`."""
    owner = workspace.user(user)
    values = {
        "id": opaque_id("class", owner.institution_id, uuid.uuid4().hex),
        "institution_id": owner.institution_id,
        "owner_id": owner.id,
        "name": _name(name),
        "labels": _labels(labels or {"none": (_name(name),)}),
        "definition": definition,
        "concept_uri": concept_address(concept_uri),
        "visibility": _visibility(visibility),
        "set_id": known.id,
        "start": None if start is None else start.vector,
        "start_note": "" if start is None else start.note,
        "licence": licence_id(licence),
        "intended_use": _text(intended_use),
        "limits": _text(limits),
        "origins": [dict(one) for one in origins],
        "created_at": now(),
    }
    with workspace.catalogue.write() as connection:
        classes.add(connection, values)
        failures.log_event(connection, "class.created", str(values["id"]), owner.id, {"name": values["name"]})
        return classes.find(connection, str(values["id"]))


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > MAX_NAME or not plain.isprintable():
        raise UsageError(f"class name {name[:40]!r}: give 1 to {MAX_NAME} printable characters")
    return plain


def _labels(labels: LanguageMap) -> dict[str, list[str]]:
    return {language: [text for text in texts if text.strip()] for language, texts in labels.items() if any(texts)}


def _visibility(value: str) -> Visibility:
    try:
        return Visibility(value)
    except ValueError as error:
        raise UsageError(f"visibility {value!r}: is one of {', '.join(Visibility)}") from error


def find_class(workspace: Workspace, name: str) -> VisualClass:
    """A class by name or id; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        return classes.find(connection, name)


def update_class(workspace: Workspace, name: str, /, **changes: Any) -> VisualClass:
    """Change a class's name, labels, definition, concept URI, visibility, licence, intended use or known limits.

    Raises:
        NotFoundError: no such class.
        UsageError: it has no such property, or a value is none that it can have.
        ForbiddenError: whoever acts here may not change this class, see `may_edit`.
        ConflictError: the institution has another class of this name.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise UsageError(f"{', '.join(sorted(unknown))}: cannot be changed on a class")
    values = {key: _CHECKS[key](value) if key in _CHECKS else value for key, value in changes.items()}
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        _refuse_strangers(found)
        classes.rename(connection, found, _name(values.pop("name", found.name)))
        if values:
            classes.change(connection, found.id, values)
        failures.log_event(connection, "class.changed", found.id, found.owner_id, {"fields": sorted(changes)})
    return find_class(workspace, found.id)


def _text(text: str | None) -> str:
    plain = (text or "").strip()
    if len(plain) > LONGEST:
        raise UsageError(f"this text has {len(plain)} characters; give at most {LONGEST}")
    return plain


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "labels": _labels,
    "concept_uri": lambda given: concept_address(given or ""),
    "visibility": _visibility,
    "licence": lambda given: licence_id(given or ""),
    "intended_use": _text,
    "limits": _text,
}


def may_edit(found: VisualClass, user: User | None) -> bool:
    """Whether a person may say what a class is: its owner, an administrator, a curator of the institution it is of.

    Whoever else sees a class may use it, and go on from it in a copy. Where nobody is known, as on the command line,
    nothing is forbidden.
    """
    if user is None or user.role is Role.ADMINISTRATOR or user.id == found.owner_id:
        return True
    shared = found.visibility is not Visibility.PRIVATE
    return shared and user.may(Role.CURATOR) and user.institution_id == found.institution_id


def _refuse_strangers(found: VisualClass) -> None:
    if not may_edit(found, people.acting_user()):
        raise ForbiddenError(f"class {found.name} belongs to another institution; copy it, and change the copy")


def archive_class(workspace: Workspace, name: str) -> None:
    """Take a class out of the lists; all that it gave stays."""
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        _refuse_strangers(found)
        classes.change(connection, found.id, {"archived_at": now()})


def delete_class(workspace: Workspace, name: str) -> None:
    """Delete a class with its marks, models and predictions; raises `ConflictError` once it was published."""
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        _refuse_strangers(found)
        classes.remove(connection, found.id)
        failures.log_event(connection, "class.deleted", found.id, found.owner_id, {"name": found.name})


def fork_class(workspace: Workspace, name: str, new_name: str, user: str | None = None) -> VisualClass:
    """A class of one's own that goes on from another's start, marks and newest model, and keeps its card and origin."""
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        present = marks.current(connection, found.id)
        model = classes.model(connection, found.id)
        known = embeddings.set_by_id(connection, found.set_id)
        origins = descended(connection, workspace.settings, found)
    copy = create_in_set(
        workspace,
        known,
        new_name,
        labels={"none": (new_name,)},
        definition=found.definition,
        concept_uri=found.concept_uri,
        start=None if found.start is None else Start(found.start, found.start_note),
        user=user,
        licence=found.licence,
        intended_use=found.intended_use,
        limits=found.limits,
        origins=origins,
    )
    with workspace.catalogue.write() as connection:
        rows = [marks.NewMark(uuid.uuid4().hex, number, value) for number, value in present.items()]
        marks.append(connection, copy.id, copy.owner_id, rows)
        if model is not None:
            classes.add_model(connection, _as_first(model, copy.id))
    return find_class(workspace, copy.id)


def merge_class(workspace: Workspace, name: str, other: str, *, user: str | None = None) -> MarkReport:
    """Bring another class's marks into a class, where it has none, as one operation that can be undone.

    Raises:
        NotFoundError: no such class.
        UsageError: both are the same, or taught on different vectors.
    """
    with workspace.catalogue.read() as connection:
        into, from_ = classes.find(connection, name), classes.find(connection, other)
        if into.id == from_.id:
            raise UsageError(f"class {into.name}: choose another class to bring in")
        if into.set_id != from_.set_id:
            raise UsageError(f"classes {into.name} and {from_.name} are taught on different vectors; move one first")
        present, new = marks.current(connection, into.id), marks.current(connection, from_.id)
        known = items.by_numbers(connection, set(new) - set(present))
    values = {known[number].id: value for number, value in new.items() if number in known}
    return mark(workspace, into.id, values, op_id=f"merge-{uuid.uuid4().hex}", user=user)


def _as_first(model: ClassModel, class_id: str) -> ClassModel:
    values = {name: getattr(model, name) for name in ClassModel.__slots__}
    return ClassModel(**{**values, "class_id": class_id, "version": 1, "created_at": now()})


def class_summaries(workspace: Workspace) -> list[ClassSummary]:
    """All classes with their counts, by name."""
    with workspace.catalogue.read() as connection:
        known = _Known.of(connection)
        return [_summary(connection, one, known) for one in classes.every(connection)]


def class_summary(workspace: Workspace, name: str) -> ClassSummary:
    """A class with its counts and versions; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        return _summary(connection, classes.find(connection, name), _Known.of(connection))


@dataclass(frozen=True, slots=True)
class _Known:
    """What all summaries need: names of people and institutions by id, and how many items there are."""

    people: Mapping[str, str]
    institutions: Mapping[str, str]
    items: int

    @classmethod
    def of(cls, connection: Connection) -> _Known:
        institutions = {one.id: one.name for one in people.institutions(connection)}
        return cls(people.names(connection), institutions, items.count(connection))


def _summary(connection: Connection, one: VisualClass, known: _Known) -> ClassSummary:
    positives, negatives, unsure = counts_of(marks.current(connection, one.id))
    models = classes.models(connection, one.id)
    cost = class_cost(models, marks.times(connection, one.id), known.items)
    taught_on = embeddings.set_by_id(connection, one.set_id)
    return ClassSummary(
        visual_class=one,
        owner=known.people.get(one.owner_id, ""),
        institution=known.institutions.get(one.institution_id, ""),
        backbone=taught_on.backbone,
        regions=taught_on.kind is SetKind.REGION,
        positives=positives,
        negatives=negatives,
        unsure=unsure,
        minutes=cost.minutes,
        cost=cost,
        predictions=predictions.counts(connection, one.id),
        annotations=published.count(connection, one.id),
        models=tuple(map(_model_summary, models)),
    )


def _model_summary(model: ClassModel) -> ModelSummary:
    return ModelSummary(
        version=model.version,
        positives=model.positives,
        negatives=model.negatives,
        threshold=model.threshold,
        seconds=model.seconds,
        created_at=model.created_at,
        calibration=calibration_of(model),
        cost=model.cost,
    )
