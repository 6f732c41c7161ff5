"""A catalogue of the first revision with work in it is brought to the newest one, and loses nothing."""

from __future__ import annotations

import importlib.resources
from datetime import UTC, datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import Column, Connection, MetaData, Table

from snoop_flow.store import Catalogue, classes, embeddings, marks, schema

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def _create_first_revision(catalogue: Catalogue) -> None:
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files("snoop_flow.store") / "migrations"))
    with catalogue.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def _fill(connection: Connection) -> None:
    old = MetaData()
    old.reflect(connection)

    def insert(table: str, **values: object) -> None:
        # as the tables were then; the types of the present ones, since reflection forgets what JSON and moments are
        columns = {name: schema.metadata.tables[table].c[name].type for name in values}
        known = Table(table, MetaData(), *(Column(name, type_) for name, type_ in columns.items()))
        assert set(values) <= set(old.tables[table].c.keys())
        connection.execute(known.insert().values(**values))

    at = {"created_at": MOMENT}
    insert("institution", id="i", name="Library")
    insert("user_account", id="u", institution_id="i", login="local", name="Ada", role="curator", **at)
    insert("collection", id="c", institution_id="i", slug="posters", title="Posters", **at)
    insert("source", id="s", collection_id="c", location="here", type="folder", allowed_hosts=[], **at)
    record = {"uri": "urn:r", "label": {}, "metadata": [], "attribution": {}, "digest": "d", "local": True}
    insert("record", id="r", collection_id="c", source_id="s", harvested_at=MOMENT, **record)
    item = {"kind": "canvas", "uri": "urn:r/1", "label": {}, "width": 9, "height": 9, "position": 0, "image": {}}
    insert("item", number=1, id="one", record_id="r", image_digest="x", **item)
    insert("embedding_set", id=1, backbone="classical", fingerprint="f", dimension=2, **at)
    insert("shard", id=1, set_id=1, file="1/a.safetensors", sha256="0", rows=1, sealed_at=MOMENT)
    insert("vector_row", set_id=1, item=1, shard_id=1, row=0, image_digest="x")
    described = {"labels": {}, "visibility": "private", "version": 1}
    insert("visual_class", id="v", institution_id="i", owner_id="u", name="Balloons", set_id=1, **described, **at)
    insert("mark", sequence=1, op_id="o", class_id="v", item=1, value=1, user_id="u", **at)
    learned = {"weights": b"\0" * 8, "bias": 0.5, "threshold": 0.0, "calibration": {}, "marks_digest": "m"}
    insert(
        "class_model", class_id="v", version=1, fingerprint="f", positives=1, negatives=0, seconds=1.0, **learned, **at
    )


def test_a_first_catalogue_with_work_in_it_is_upgraded_and_keeps_it(empty_catalogue: Catalogue) -> None:
    catalogue = empty_catalogue
    _create_first_revision(catalogue)
    with catalogue.write() as connection:
        _fill(connection)
    catalogue.create()
    catalogue.check()
    with catalogue.read() as connection:
        found = classes.find(connection, "Balloons")
        model = classes.model(connection, found.id)
        assert (found.start, found.start_note) == (None, "")
        assert (found.licence, found.intended_use, found.limits, found.origins) == ("", "", "", ())
        assert model is not None
        assert (model.bias, model.cost) == (0.5, {})
        assert marks.current(connection, found.id) == {1: 1}
        assert not marks.history(connection, found.id)[0].verdict
        assert embeddings.set_by_id(connection, 1).epoch == 0
        assert embeddings.embedded(connection, 1, [1]) == {1: "x"}
