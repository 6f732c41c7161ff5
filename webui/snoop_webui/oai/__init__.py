"""An OAI-PMH 2.0 provider (https://www.openarchives.org/OAI/openarchivesprotocol.html) of what is published.

`arguments` reads what is asked and the resumption tokens, `answers` writes the XML.
"""

from snoop_webui.oai.answers import answer

__all__ = ["answer"]
