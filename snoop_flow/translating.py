"""The texts of the engine and of plugins in the language of who reads them."""

from __future__ import annotations

from snoop_flow.workspace import Workspace


def translate(workspace: Workspace, text: str, language: str) -> str:
    """An error, a reason or a title in another language; what nobody translated is given as it is.

    Args:
        text: in English, as an error, a kept failure, a job or a spec has it.
        language: a code such as `fr`; there may be no translation into it.
    """
    return workspace.host.translator.translate(text, language)
