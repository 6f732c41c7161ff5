"""The engine's and the plugins' texts in other languages: found in source code, recognised when they are shown.

Errors, reasons and titles are written once, in English, where they arise, and travel as text: through child processes,
into the catalogue, out of it years later. Whoever shows them asks a `Translator` for them in another language; it
recognises which message a text was made from. So nothing between an error and its reader has to know of languages, and
the command line, which speaks English, shows the text as it is.
"""

from __future__ import annotations

from snoop_flow.messages.templates import Template
from snoop_flow.messages.translating import Translator
from snoop_flow.messages.typography import typeset

__all__ = ["Template", "Translator", "typeset"]
