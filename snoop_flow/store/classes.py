"""Visual classes, their immutable model versions and their append-only marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, tuple_, update

from snoop_flow.entities import ClassModel, Role, Visibility, VisualClass
from snoop_flow.errors import ConflictError, NotFoundError
from snoop_flow.store.people import acting_user
from snoop_flow.store.rows import chunks, languages, to
from snoop_flow.store.schema import (
    annotation,
    audit,
    audit_answer,
    class_model,
    enriched,
    mark,
    prediction,
    teaching_round,
    visual_class,
)


def class_of(row: Any) -> VisualClass:
    """A class from its row."""
    return to(
        VisualClass,
        row,
        labels=languages(row.labels),
        visibility=Visibility(row.visibility),
        origins=tuple(row.origins),
    )


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Enter a new class.

    Raises:
        ConflictError: the institution has a class of this name.
    """
    _refuse_second(connection, values["institution_id"], values["name"])
    connection.execute(visual_class.insert().values(**values))


def _refuse_second(connection: Connection, institution_id: str, name: str) -> None:
    same = (visual_class.c.name == name) & (visual_class.c.institution_id == institution_id)
    if connection.execute(select(visual_class.c.id).where(same)).first() is not None:
        raise ConflictError(f"there is a class {name!r} already; choose another name")


def rename(connection: Connection, one: VisualClass, name: str) -> None:
    """Give a class another name; raises `ConflictError` if it is taken."""
    if name != one.name:
        _refuse_second(connection, one.institution_id, name)
        change(connection, one.id, {"name": name})


def _seen() -> list[ColumnElement[bool]]:
    """Of private classes only one's own, for whoever acts here and is no administrator."""
    present = acting_user()
    if present is None or present.role is Role.ADMINISTRATOR:
        return []
    return [(visual_class.c.visibility != Visibility.PRIVATE) | (visual_class.c.owner_id == present.id)]


def find(connection: Connection, name: str) -> VisualClass:
    """A class by its name or id.

    Raises:
        NotFoundError: there is none; the message names the classes there are.
    """
    wanted = (visual_class.c.name == name) | (visual_class.c.id == name)
    row = connection.execute(select(visual_class).where(wanted, *_seen())).first()
    if row is None:
        names = connection.execute(select(visual_class.c.name).where(*_seen()).order_by(visual_class.c.name).limit(20))
        known = ", ".join(names.scalars()) or "none yet"
        raise NotFoundError(f"there is no class {name!r}; classes are: {known}")
    return class_of(row)


def find_all(connection: Connection, names: Sequence[str]) -> list[VisualClass]:
    """Classes by their names or ids, in this order, each once; raises `NotFoundError`."""
    found: dict[str, VisualClass] = {}
    for part in chunks(names):
        wanted = visual_class.c.name.in_(part) | visual_class.c.id.in_(part)
        for row in connection.execute(select(visual_class).where(wanted, *_seen())):
            one = class_of(row)
            found[one.name] = found[one.id] = one
    every = [found.get(name) or find(connection, name) for name in names]
    return list({one.id: one for one in every}.values())


def existing(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Which of some ids are those of classes."""
    found: set[str] = set()
    for part in chunks(ids):
        found |= set(connection.execute(select(visual_class.c.id).where(visual_class.c.id.in_(part))).scalars())
    return found


def seen(connection: Connection, ids: Sequence[str]) -> dict[str, VisualClass]:
    """Id → class, of those that whoever acts here may see."""
    wanted = visual_class.c.id.in_(list(dict.fromkeys(ids)))
    return {row.id: class_of(row) for row in connection.execute(select(visual_class).where(wanted, *_seen()))}


def every(connection: Connection) -> list[VisualClass]:
    """All classes that are not archived, by name."""
    rows = connection.execute(
        select(visual_class).where(visual_class.c.archived_at.is_(None), *_seen()).order_by(visual_class.c.name)
    )
    return [class_of(row) for row in rows]


def all_of(connection: Connection) -> list[VisualClass]:
    """All classes, archived ones included."""
    return [class_of(row) for row in connection.execute(select(visual_class))]


def by_id(connection: Connection, class_id: str) -> VisualClass | None:
    """A class by its id, whoever may see it."""
    row = connection.execute(select(visual_class).where(visual_class.c.id == class_id)).first()
    return None if row is None else class_of(row)


def change(connection: Connection, class_id: str, values: Mapping[str, Any]) -> None:
    """Change some columns of a class."""
    connection.execute(update(visual_class).where(visual_class.c.id == class_id).values(**values))


def remove(connection: Connection, class_id: str) -> None:
    """Delete a class with all that hangs on it.

    Raises:
        ConflictError: it has published annotations, whose tombstones must stay.
    """
    published = select(func.count()).select_from(annotation).where(annotation.c.class_id == class_id)
    if count := connection.execute(published).scalar_one():
        raise ConflictError(
            f"the class has {count} published annotations, whose record must stay; archive the class instead"
        )
    audits = select(audit.c.id).where(audit.c.class_id == class_id)
    connection.execute(delete(audit_answer).where(audit_answer.c.audit_id.in_(audits)))
    for table in (audit, enriched, prediction, teaching_round, class_model, mark):
        connection.execute(delete(table).where(table.c.class_id == class_id))
    connection.execute(delete(visual_class).where(visual_class.c.id == class_id))


def add_model(connection: Connection, model: ClassModel) -> None:
    """Enter a model as its class's newest version."""
    values = {name: getattr(model, name) for name in ClassModel.__slots__}
    connection.execute(class_model.insert().values(**values))
    change(connection, model.class_id, {"version": model.version})


def model(connection: Connection, class_id: str, version: int | None = None) -> ClassModel | None:
    """A version of a class's model, the newest by default."""
    statement = select(class_model).where(class_model.c.class_id == class_id)
    if version is not None:
        statement = statement.where(class_model.c.version == version)
    row = connection.execute(statement.order_by(class_model.c.version.desc())).first()
    return None if row is None else to(ClassModel, row)


def weights_on(connection: Connection, set_id: int, limit: int = 50) -> list[bytes]:
    """The newest weights (float32) of classes that are taught on a set, of so many at most, the latest first."""
    versions = select(class_model.c.class_id, func.max(class_model.c.version).label("version"))
    newest = versions.group_by(class_model.c.class_id).subquery()
    same = (newest.c.class_id == class_model.c.class_id) & (newest.c.version == class_model.c.version)
    joined = select(class_model.c.weights).join(newest, same)
    mine = joined.join(visual_class, visual_class.c.id == class_model.c.class_id).where(visual_class.c.set_id == set_id)
    latest = mine.order_by(class_model.c.created_at.desc(), class_model.c.class_id).limit(limit)
    return list(connection.execute(latest).scalars())


def models_of(connection: Connection, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], ClassModel]:
    """(class id, version) → its model, for those that exist."""
    mine = tuple_(class_model.c.class_id, class_model.c.version)
    found: dict[tuple[str, int], ClassModel] = {}
    for part in chunks(wanted):
        rows = connection.execute(select(class_model).where(mine.in_(part)))
        found |= {(row.class_id, row.version): to(ClassModel, row) for row in rows}
    return found


def hyperplanes(
    connection: Connection, wanted: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], tuple[bytes, float]]:
    """(class id, version) → (weights, bias) of its model, for those that exist."""
    mine = tuple_(class_model.c.class_id, class_model.c.version)
    columns = (class_model.c.class_id, class_model.c.version, class_model.c.weights, class_model.c.bias)
    found: dict[tuple[str, int], tuple[bytes, float]] = {}
    for part in chunks(wanted):
        for class_id, version, weights, bias in connection.execute(select(*columns).where(mine.in_(part))):
            found[class_id, version] = weights, bias
    return found


def set_threshold(connection: Connection, class_id: str, threshold: float) -> None:
    """Change the threshold of a class's newest version; what it learned stays as it is."""
    newest = select(func.max(class_model.c.version)).where(class_model.c.class_id == class_id).scalar_subquery()
    mine = (class_model.c.class_id == class_id) & (class_model.c.version == newest)
    connection.execute(update(class_model).where(mine).values(threshold=threshold))


def set_calibration(connection: Connection, class_id: str, version: int, name: str, values: Any) -> None:
    """Change one entry of what is known of a version's scores; None takes it out."""
    mine = (class_model.c.class_id == class_id) & (class_model.c.version == version)
    row = connection.execute(select(class_model.c.calibration).where(mine).with_for_update()).first()
    if row is not None:
        kept = {key: value for key, value in {**row.calibration, name: values}.items() if value is not None}
        connection.execute(update(class_model).where(mine).values(calibration=kept))


def add_cost(connection: Connection, class_id: str, version: int, cost: Mapping[str, Any]) -> None:
    """Add to what a version took: numbers are summed, words joined by `+`; a missing version takes nothing."""
    add_costs(connection, {(class_id, version): cost})


def add_costs(connection: Connection, costs: Mapping[tuple[str, int], Mapping[str, Any]]) -> None:
    """The same for several versions, of several classes."""
    columns = (class_model.c.class_id, class_model.c.version, class_model.c.cost)
    mine = tuple_(class_model.c.class_id, class_model.c.version)
    new = update(class_model).where(class_model.c.class_id == bindparam("id"), class_model.c.version == bindparam("v"))
    for part in chunks(costs):
        rows = connection.execute(select(*columns).where(mine.in_(part)).with_for_update()).all()
        added = [
            {"id": row.class_id, "v": row.version, "sum": {**row.cost, **_added(row.cost, costs[row[0], row[1]])}}
            for row in rows
        ]
        if added:
            connection.execute(new.values(cost=bindparam("sum")), added)


def _added(before: Mapping[str, Any], cost: Mapping[str, Any]) -> dict[str, Any]:
    def joined(name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return before.get(name, 0) + value
        words = [*str(before.get(name, "")).split("+"), *value.split("+")]
        return "+".join(word for word in dict.fromkeys(words) if word)

    return {name: joined(name, value) for name, value in cost.items()}


def models(connection: Connection, class_id: str) -> list[ClassModel]:
    """All versions of a class, the newest first."""
    mine = select(class_model).where(class_model.c.class_id == class_id)
    return [to(ClassModel, row) for row in connection.execute(mine.order_by(class_model.c.version.desc()))]


def classes_of_items(connection: Connection, numbers: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Item number → (class id, status) of the predictions on it."""
    rows = connection.execute(
        select(prediction.c.item, prediction.c.class_id, prediction.c.status).where(
            prediction.c.item.in_(list(numbers))
        )
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.item, []).append((row.class_id, row.status))
    return found
