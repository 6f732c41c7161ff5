"""Old objects rest while somebody asks for it, and no longer."""

from __future__ import annotations

import gc

from snoop_flow.processes.garbage import old_objects_at_rest


def test_old_objects_rest_until_the_last_who_asked_is_done() -> None:
    assert gc.get_freeze_count() == 0
    with old_objects_at_rest():
        frozen = gc.get_freeze_count()
        assert frozen > 0
        more: list[list[int]] = [[] for _ in range(1_000)]
        with old_objects_at_rest():
            assert gc.get_freeze_count() <= frozen  # what was made in between can still be collected
        assert 0 < gc.get_freeze_count() <= frozen
        del more
    assert gc.get_freeze_count() == 0
