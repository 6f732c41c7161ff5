"""What annotation clients see: containers, what they write, search, changes, images, and why an annotation is there."""

from snoop_flow.annotating.changes import change_page, change_stream
from snoop_flow.annotating.containers import Container, container, container_document, container_page, stream_container
from snoop_flow.annotating.evidence import annotation_evidence
from snoop_flow.annotating.finding import complete_annotations, search_annotations
from snoop_flow.annotating.published_images import (
    ImagePage,
    PublishedImage,
    first_publication,
    image_page,
    published_classes,
    published_image,
    published_runs,
)
from snoop_flow.annotating.receiving import (
    receive_annotations,
    received_annotation,
    remove_received,
    replace_received,
)

__all__ = [
    "Container",
    "ImagePage",
    "PublishedImage",
    "annotation_evidence",
    "change_page",
    "change_stream",
    "complete_annotations",
    "container",
    "container_document",
    "container_page",
    "first_publication",
    "image_page",
    "published_classes",
    "published_image",
    "published_runs",
    "receive_annotations",
    "received_annotation",
    "remove_received",
    "replace_received",
    "search_annotations",
    "stream_container",
]
