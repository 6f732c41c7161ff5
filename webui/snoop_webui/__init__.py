"""The web UI of snoop-flow: pages for curators, a REST API, and the IIIF and annotation addresses of an installation.

The only room that imports Flask. Views parse, ask the `Workspace` and render; they hold no rule of the engine.
"""
