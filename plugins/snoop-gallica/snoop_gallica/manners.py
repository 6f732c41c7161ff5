"""How the hosts of the BnF want to be asked: what users report, since no figure is published.

Reports speak of about five full images a minute, of captchas and of 403 or 429 after about five images in a row, and of
generic user agents that are refused.
"""

from __future__ import annotations

from snoop_flow.fetching import HostProfile

_WORDS = ("captcha", "altcha", "n'êtes pas un robot", "vérification de sécurité", "accès temporairement bloqué")

MANNERS = (
    HostProfile(
        hosts=("gallica.bnf.fr", "openapi.bnf.fr"),
        spacing=2.0,
        image_spacing=13.0,
        rest=6 * 3600.0,
        blocked=(403, 429),
        challenge=_WORDS,
        note="users report about 5 images a minute, then captchas and 403 or 429",
    ),
    HostProfile(
        hosts=("oai.bnf.fr",), spacing=2.0, blocked=(403, 429), challenge=_WORDS, note="as gallica.bnf.fr, no images"
    ),
)
