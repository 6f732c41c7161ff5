"""The archive as IIIF: collections and manifests in versions 2.0, 2.1 and 3.0, odd in the ways real ones are."""

from snoop_flow.samples.manifests.addresses import Addresses
from snoop_flow.samples.manifests.site import documents_of

__all__ = ["Addresses", "documents_of"]
