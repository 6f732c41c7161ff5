"""Protocols by which institutions list what they hold, for any source: OAI-PMH, SRU, IIIF Change Discovery.

HLS, by which they cut their films into segments, is among them.

They ask through the `fetch` that a source is lent, so nothing here opens a connection.
"""

from snoop_flow.protocols.catalogued import Described, manifest_address
from snoop_flow.protocols.discovery import Activities
from snoop_flow.protocols.hls import Playlist, read_playlist
from snoop_flow.protocols.oai import OAI, Header
from snoop_flow.protocols.sru import SRU

__all__ = ["OAI", "SRU", "Activities", "Described", "Header", "Playlist", "manifest_address", "read_playlist"]
