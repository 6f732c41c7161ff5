"""The engine's error tree: every failure that a user can meet has a type and one clear line.

The border (CLI, web UI, flows) maps these to exit codes and HTTP statuses; nothing else does. Messages say what went
wrong, where, and how to mend it, on one line.
"""

from __future__ import annotations

from enum import StrEnum


class SnoopError(Exception):
    """Base of all errors raised on purpose by snoop-flow."""

    exit_code = 1
    status = 500


class UsageError(SnoopError):
    """The request itself is wrong: an unknown name, a value out of range, a missing argument."""

    exit_code = 2
    status = 400


class NotFoundError(UsageError):
    """Something named by the user does not exist in this workspace."""

    status = 404


class ConflictError(UsageError):
    """The request contradicts what is already kept: a duplicate name, a verdict by somebody else."""

    status = 409


class ForbiddenError(UsageError):
    """The user's role does not allow this."""

    status = 403


class WorkspaceError(UsageError):
    """The workspace cannot be opened: absent, of another version, or damaged."""


class PluginError(UsageError):
    """A plugin is missing, failed to load, clashes with another or broke its contract."""


class IntegrityError(SnoopError):
    """Kept bytes do not match their digest, or catalogue and files disagree."""


class FailureKind(StrEnum):
    """What became of one thing that could not be read; decides whether and when it is tried again."""

    TRANSIENT = "transient"
    BLOCKED = "blocked"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    TOO_BIG = "too-big"
    HOSTILE = "hostile"


class SourceError(SnoopError):
    """One document, record or image could not be had or read.

    Attributes:
        kind: the family of the failure, see `FailureKind`.
        uri: what was asked for.
        reason: one line for the operator.
        retry_after: seconds to wait before another try, where the other side said so.
        answered: the HTTP status that the other side answered with, where it came to that.
    """

    exit_code = 2
    status = 502

    def __init__(
        self,
        kind: FailureKind,
        uri: str,
        reason: str,
        retry_after: float | None = None,
        answered: int | None = None,
    ) -> None:
        """Keep the parts; the message joins them in one line."""
        super().__init__(f"{uri}: {reason}")
        self.kind = kind
        self.uri = uri
        self.reason = reason
        self.retry_after = retry_after
        self.answered = answered

    def __reduce__(self) -> tuple[type[SourceError], tuple[FailureKind, str, str, float | None, int | None]]:
        """Survive pickling, so that a task runner can hand the failure back from another process."""
        return type(self), (self.kind, self.uri, self.reason, self.retry_after, self.answered)


def phrase(text: str) -> str:
    """Mark a text that people read where its place does not tell so: it is translated, see `snoop_flow.messages`."""
    return text
