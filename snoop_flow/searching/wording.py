"""Words: full-text search over titles and metadata, and its fusion with a ranking by likeness.

The two rankings are fused by reciprocal rank (Cormack, Clarke and Büttcher 2009): an item's score is the sum of
1 / (60 + rank) over the rankings that have it. Only places count, since a cosine and the weight of words are not on
one scale; and neither ranking has to be trained.
"""

from __future__ import annotations

from collections.abc import Sequence

from snoop_flow.errors import UsageError
from snoop_flow.store import collections, descriptions
from snoop_flow.store.analysis import words_of
from snoop_flow.workspace import Workspace

RANK_OFFSET = 60.0  # of the paper; hardly anything depends on it
DEEP = 200  # places of each ranking that are fused at least
WAYS = ("words", "pictures", "both")


def check_way(way: str | None) -> str | None:
    """Raise `UsageError` where a text is to be looked for in something else than words, pictures or both."""
    if way is not None and way not in WAYS:
        raise UsageError(f"text in {way!r}: is one of {', '.join(WAYS)}")
    return way


def by_words(workspace: Workspace, text: str, unwanted: str, collection: str | None, count: int) -> dict[int, int]:
    """Numbers of the live items that have words of a text in title or metadata, the best first.

    The words of a film tell nothing of its moments: its first keyframe stands for all that have the same ones. With
    each number comes for how many others it stands.

    Args:
        unwanted: items that have all these words are left out.

    Raises:
        NotFoundError: no such collection.
    """
    with workspace.catalogue.read() as connection:
        scope = collections.by_slug(connection, collection).id if collection else None
        left_out = {one.number for one in descriptions.find(connection, words_of(unwanted), scope, None, every=True)}
        limit = count + len(left_out)
        found = descriptions.find(connection, words_of(text), scope, limit, films_once=True)
    return {one.number: one.others for one in [one for one in found if one.number not in left_out][:count]}


def having_words(workspace: Workspace, text: str, collection: str | None) -> list[int]:
    """Numbers of all live items that have every word of a text in title or metadata; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        scope = collections.by_slug(connection, collection).id if collection else None
        return [one.number for one in descriptions.find(connection, words_of(text), scope, None, every=True)]


def fused(rankings: Sequence[Sequence[int]], count: int) -> list[int]:
    """Item numbers of several rankings, the best first; of equal ones that which the first ranking has higher.

    Example:
        >>> fused([[1, 2, 3], [3, 4]], 3)
        [3, 1, 2]
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, number in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (RANK_OFFSET + place)
    return sorted(scores, key=lambda number: -scores[number])[:count]
