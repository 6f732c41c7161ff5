"""What a route of the API is: where it lies, what it takes, what it gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python


class Body(BaseModel):
    """What a client sends; unknown fields are refused, since a misspelt one would silently do nothing."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Route:
    """One operation of the API.

    Attributes:
        view: called with the workspace, the parts of the path, and `query` and `body` where the route has them.
        answer: the type that the view returns; None for a file.
        named: a list is sent as an object with this one member, so that more can be added beside it.
    """

    method: str
    path: str
    view: Callable[..., Any]
    answer: Any = None
    named: str = ""
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    status: int = 200

    @property
    def summary(self) -> str:
        """The first line of the view's docstring."""
        return (self.view.__doc__ or "").strip().split("\n", 1)[0].rstrip(".")

    def shown(self, answer: Any) -> Any:
        """The answer as JSON holds it."""
        plain = to_jsonable_python(answer, bytes_mode="base64")
        return {self.named: plain} if self.named else plain

    def names(self) -> list[str]:
        """The variable parts of the path."""
        return re.findall(r"<(\w+)>", self.path)

    def repeated(self) -> set[str]:
        """The query parameters that may be given several times."""
        fields = self.query.model_fields if self.query else {}
        return {name for name, field in fields.items() if get_origin(field.annotation) is list}
