"""Protocols by which institutions list what they hold: OAI-PMH, SRU, IIIF Change Discovery. Clients for any source.

They ask through the `fetch` that a source is lent, so nothing here opens a connection.
"""

from snoop_flow.protocols.catalogued import Described, manifest_address
from snoop_flow.protocols.discovery import Activities
from snoop_flow.protocols.oai import OAI, Header
from snoop_flow.protocols.sru import SRU

__all__ = ["OAI", "SRU", "Activities", "Described", "Header", "manifest_address"]
