"""Videos: films → shots and keyframes, as items of their records.

A harvest keeps a film as a record with one canvas. Here films are looked at, part by part: one unit is a part of some
minutes, and what was found in it is kept, so that an interrupted film goes on. When all parts of a film are done, its
shots and keyframes are entered in one transaction. They keep their ids as long as their times do: marks and annotations
survive another harvest. A film that did not change, and is wanted as it was, is not looked at again.
"""

from snoop_flow.videos.harvesting import harvest, retry
from snoop_flow.videos.looking import ShownShot, VideoShots, shots
from snoop_flow.videos.planning import films_to_cut, films_to_retry
from snoop_flow.videos.running import VIDEOS, cut_videos

__all__ = [
    "VIDEOS",
    "ShownShot",
    "VideoShots",
    "cut_videos",
    "films_to_cut",
    "films_to_retry",
    "harvest",
    "retry",
    "shots",
]
