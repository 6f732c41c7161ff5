"""The pages and addresses of the web UI, one module for each screen."""

from __future__ import annotations

from snoop_webui.views import (
    administration,
    auditing,
    class_pages,
    curation,
    discovering,
    discovery,
    documents,
    enrichment,
    health,
    home,
    iiif,
    jobs,
    login,
    oai,
    preferences,
    protocol,
    published,
    publishing,
    review,
    sources,
)

BLUEPRINTS = (
    login.pages,
    home.pages,
    curation.pages,
    class_pages.pages,
    auditing.pages,
    enrichment.pages,
    jobs.pages,
    review.pages,
    publishing.pages,
    documents.pages,
    sources.pages,
    discovering.pages,
    preferences.pages,
    administration.pages,
    iiif.pages,
    discovery.pages,
    protocol.pages,
    published.pages,
    oai.pages,
    health.pages,
)
