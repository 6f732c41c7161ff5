"""A corpus large enough to audit: drawn vectors, a class of a few dozen among hundreds, in two collections."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection

from snoop_flow import Workspace
from snoop_flow.store import collections, embeddings, records
from snoop_flow.store.rows import now
from snoop_flow.vectors import write_shard

DIMENSION, MEMBERS, OTHERS = 16, 40, 560
FINGERPRINT = "drawn/1"


def drawn_vectors(members: Sequence[bool], seed: int) -> NDArray[np.float32]:
    """Unit vectors, of which members lie to one side; the farthest of them lie among the others."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(len(members), DIMENSION))
    vectors[:, 0] += np.where(members, rng.uniform(0.5, 5, len(members)), -0.5)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def enter_items(workspace: Workspace, slug: str, members: Sequence[bool], seed: int) -> None:
    """Enter items of one collection with their vectors; the ids of members begin with `yes`."""
    names = [f"{'yes' if member else 'no'}-{slug}-{place}" for place, member in enumerate(members)]
    with workspace.catalogue.write() as connection:
        numbers = _record(connection, workspace.user().institution_id, slug, names)
        known = embeddings.ensure_set(connection, "classical", FINGERPRINT, DIMENSION)
    folder = workspace.vector_folder / str(known.id)
    folder.mkdir(parents=True, exist_ok=True)
    file = f"{known.id}/{slug}.safetensors"
    vectors = drawn_vectors(members, seed)
    sha256 = write_shard(workspace.vector_folder / file, vectors, np.array(numbers), FINGERPRINT)
    with workspace.catalogue.write() as connection:
        embeddings.seal(connection, known.id, file, sha256, numbers, dict.fromkeys(numbers, ""))


def _record(connection: Connection, institution: str, slug: str, names: Sequence[str]) -> list[int]:
    collection = collections.ensure(connection, institution, slug, slug)
    source = collections.ensure_source(connection, collection.id, f"https://example.org/{slug}", "iiif", [])
    empty: dict[str, Any] = {"label": {"none": ["A picture"]}, "words": ""}
    record = {**empty, "id": slug, "collection_id": collection.id, "source_id": source.id, "uri": slug, "metadata": []}
    record |= {"rights": "", "attribution": {}, "homepage": "", "version": "", "digest": "", "local": False}
    common = {**empty, "record_id": slug, "parent": None, "kind": "canvas", "selector": "", "width": 9, "height": 9}
    items = [
        {**common, "id": name, "uri": f"https://example.org/{name}", "position": place, "image": {}, "image_digest": ""}
        for place, name in enumerate(names)
    ]
    records.save(connection, {**record, "harvested_at": now()}, items)
    return [one.number for one in records.items_of(connection, slug)]


@pytest.fixture(scope="session")
def _large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "workspace"
    with Workspace.create(folder) as workspace:
        for place, slug in enumerate(("maps", "prints")):
            members = np.arange((MEMBERS + OTHERS) // 2) < MEMBERS // 2
            enter_items(workspace, slug, members.tolist(), place)
    return folder


@pytest.fixture
def large(_large: Path, tmp_path: Path) -> Iterator[Workspace]:
    """600 items of which 40 are members; a class `Seals` is fitted on four members and four others."""
    shutil.copytree(_large, tmp_path / "large")
    with Workspace.open(tmp_path / "large") as workspace:
        workspace.create_class("Seals", positives=[f"yes-maps-{place}" for place in range(4)])
        workspace.mark("Seals", {f"no-maps-{place}": -1 for place in range(30, 34)}, op_id="first")
        workspace.fit("Seals")
        yield workspace


Judge = Callable[..., list[str]]


@pytest.fixture
def judge(large: Workspace) -> Judge:
    """Answers so many blind items truthfully, or as told, and gives their ids in the order of asking.

    The draws are seeded: one interval of twenty does not hold the truth, and a test may not fail by chance.
    """
    draws = count(1)

    def answer(number: int, said: Mapping[str, int] | int | None = None, **options: Any) -> list[str]:
        shown = [card.item for card in large.audit_next("Seals", number, seed=next(draws), **options).cards]
        truth = {item: 1 if item.startswith("yes") else -1 for item in shown}
        told = (
            dict.fromkeys(shown, said)
            if isinstance(said, int)
            else truth | {item: value for item, value in (said or {}).items() if item in truth}
        )
        large.audit_answers("Seals", told)
        return shown

    return answer
