from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from snoop_flow import Workspace
from snoop_flow.entities import Item, ItemKind
from snoop_flow.fragments import time_of


@dataclass(frozen=True)
class Cinema:
    """A workspace in which a film is embedded beside the pictures, and a class of discs is taught."""

    workspace: Workspace
    record: str
    class_id: str

    @property
    def canvas(self) -> Item:
        return self._of(ItemKind.CANVAS)[0]

    def frame(self, at: float) -> Item:
        return next(one for one in self._of(ItemKind.KEYFRAME) if time_of(one.selector) == (at, None))

    def shots(self) -> list[Item]:
        return self._of(ItemKind.SHOT)

    def _of(self, kind: ItemKind) -> list[Item]:
        return [one for one in self.workspace.record_items(self.record) if one.kind is kind]


@pytest.fixture
def cinema(
    archive: Workspace,
    pictures: Path,
    items_of: Callable[[str], list[str]],
    add_film: Callable[..., str],
    tmp_path: Path,
) -> Cinema:
    file = tmp_path / "film.webm"
    file.write_bytes(bytes(range(256)) * 4)
    record = add_film(archive, pictures, file=file)
    archive.embed()
    made = archive.create_class("Discs", positives=items_of("discs")[:8])
    archive.mark(made.id, dict.fromkeys([*items_of("frames")[:8], *items_of("stripes")[:8]], -1), op_id="first")
    archive.fit(made.id)
    return Cinema(archive, record, made.id)
