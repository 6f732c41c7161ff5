"""All SQL of snoop-flow: the catalogue decides what exists.

Modules hold functions on a connection, one module for each kind of thing; `Catalogue` opens connections.
"""

from snoop_flow.store.database import Catalogue, sqlite_url

__all__ = ["Catalogue", "sqlite_url"]
