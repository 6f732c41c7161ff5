"""Target `files`: one annotation a file, in a folder that a web server or a Git repository publishes.

Names, order of keys and line ends never change by themselves, so that version control sees only what changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.pushing.letters import Letter, Means, Receipt
from snoop_iiif import AnnotationDraft, build_annotation, build_assessment


class FolderTarget:
    """A folder; implements `Target`."""

    def __init__(self, folder: Path, means: Means) -> None:
        """Nothing is written yet."""
        self._folder = folder
        self._means = means

    def write(self, draft: AnnotationDraft) -> dict[str, Any]:
        """As plain Web Annotation."""
        return build_annotation(draft, "w3c", self._means.extension_context)

    def write_verdict(self, draft: AnnotationDraft) -> dict[str, Any]:
        """As plain Web Annotation; its target is our id of what it is about."""
        return build_assessment(draft, "w3c", self._means.extension_context)

    def find(self, letter: Letter) -> Receipt | None:
        """By its name."""
        path = self._path(letter)
        return Receipt(str(path)) if path.is_file() else None

    def create(self, letter: Letter) -> Receipt:
        """Write the file whole, or not at all."""
        path = self._path(letter)
        temporary = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(letter.document, ensure_ascii=False, indent=1) + "\n", "utf-8")
            temporary.replace(path)
        except OSError as error:
            reason = f"cannot be written ({error.strerror}); choose another folder"
            raise SourceError(FailureKind.INVALID, str(path), reason) from error
        return Receipt(str(path))

    def replace(self, letter: Letter, receipt: Receipt) -> Receipt:
        """The same."""
        return self.create(letter)

    def remove(self, receipt: Receipt) -> None:
        """Remove the file."""
        try:
            Path(receipt.uri).unlink(missing_ok=True)
        except OSError as error:
            raise SourceError(FailureKind.INVALID, receipt.uri, f"cannot be removed ({error.strerror})") from error

    def _path(self, letter: Letter) -> Path:
        # two letters of folders keep a million files apart; the name's end is a digest
        return self._folder / letter.name[-2:] / f"{letter.name}.json"
