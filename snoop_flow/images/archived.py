"""Documents inside WARC files (ISO 28500), found by their place; read by warcio, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from snoop_flow.errors import FailureKind, SourceError

MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Archived:
    """An answer that was archived.

    Attributes:
        offset: of its record in the file.
    """

    uri: str
    media_type: str
    offset: int


def archived_records(path: Path) -> Iterator[Archived]:
    """The good answers in an archive, in its order; bodies are passed over.

    Raises:
        SourceError: the file cannot be read, or is no WARC from some place on.
    """
    try:
        with path.open("rb") as file:
            iterator = ArchiveIterator(file)
            for record in iterator:
                headers = record.http_headers
                kind = headers.get_header("Content-Type", "") if headers else record.content_type or ""
                good = record.rec_type == "resource" or (
                    record.rec_type == "response" and headers is not None and headers.get_statuscode() == "200"
                )
                uri = record.rec_headers.get_header("WARC-Target-URI") or ""
                if good and uri:
                    media_type = (kind or "").split(";")[0].strip().lower()
                    yield Archived(uri.strip("<>"), media_type, iterator.get_record_offset())
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        raise SourceError(FailureKind.INVALID, str(path), f"no WARC file, or damaged ({error})") from error
    except OSError as error:
        raise SourceError(FailureKind.INVALID, str(path), f"cannot be read ({error.strerror})") from error


def archived_body(path: Path, offset: int) -> bytes:
    """The body of the answer at a place, decompressed.

    Raises:
        SourceError: there is none, or it is larger than 256 MiB.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            record = next(iter(ArchiveIterator(file)), None)
            body = b"" if record is None else record.content_stream().read(MAX_BYTES + 1)
    except (ArchiveLoadFailed, EOFError, ValueError, StopIteration) as error:
        raise SourceError(FailureKind.INVALID, f"{path}@{offset}", f"a damaged WARC record ({error})") from error
    except OSError as error:
        kind = FailureKind.GONE if isinstance(error, FileNotFoundError) else FailureKind.INVALID
        raise SourceError(kind, str(path), f"cannot be read ({error.strerror})") from error
    if len(body) > MAX_BYTES:
        raise SourceError(FailureKind.TOO_BIG, f"{path}@{offset}", f"larger than {MAX_BYTES} bytes")
    return bytes(body)
