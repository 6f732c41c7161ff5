"""What somebody follows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FollowedClass:
    """A class that somebody follows, with what is new since they looked at it.

    Attributes:
        version: the newest; `seen_version` is the newest that they have seen.
        answers: blind answers that it has; `seen_answers` are those that they have seen.
    """

    id: str
    name: str
    version: int
    answers: int
    seen_version: int
    seen_answers: int

    @property
    def news(self) -> bool:
        """Whether anything is new."""
        return self.version > self.seen_version or self.answers > self.seen_answers
