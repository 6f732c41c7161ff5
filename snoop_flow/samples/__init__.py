"""The demonstration archive: 300 drawn images of heritage material, and a loopback IIIF server for them.

Everything is invented and drawn by this package from a seed, so it may be shown, copied and changed by anybody.
"""

from snoop_flow.samples.archive import COUNT, Page, draw_archive, read_archive
from snoop_flow.samples.server import SampleServer

__all__ = ["COUNT", "Page", "SampleServer", "draw_archive", "read_archive"]
