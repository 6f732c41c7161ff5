"""HLS (RFC 8216): the playlists by which a film is cut into segments, read as text and never played.

A film decoder that follows a playlist by itself opens whatever the list names: files of this machine, addresses of
its network, other protocols (`concat:`, `subfile:`). So the list is read here. What it names is an http(s) address of
the outside, or lies at the very server that gave the list; each is then asked for through the one fetcher, which
checks where it really leads.
"""

from snoop_flow.protocols.hls.films import choose_variant, find_film, parts_of, write_film
from snoop_flow.protocols.hls.model import Part, Playlist, Segment, Variant
from snoop_flow.protocols.hls.reading import read_playlist

__all__ = [
    "Part",
    "Playlist",
    "Segment",
    "Variant",
    "choose_variant",
    "find_film",
    "parts_of",
    "read_playlist",
    "write_film",
]
