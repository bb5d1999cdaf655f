"""In which words is told what is blackened, why, and what the check has found?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from eakte.model.redaction import Ground
from eakte.processing.blackening import FINDINGS
from eakte.web.errors import in_words


def grounds() -> list[tuple[str, str]]:
    """Return why something can be blackened, with the words."""
    words = {
        Ground.THIRD_PARTY: _("Interessen Dritter (§ 25 Abs. 3 SGB X)"),
        Ground.SOCIAL_DATA: _("Sozialdaten anderer (§ 67 SGB X)"),
        Ground.HEALTH: _("Gesundheitsdaten anderer (Art. 9 DSGVO)"),
        Ground.INFORMANT: _("Schutz von Hinweisgebenden (§ 25 Abs. 3 SGB X)"),
        Ground.DELIBERATION: _("Entwurf oder Beratung (§ 25 Abs. 1 Satz 2 SGB X)"),
        Ground.BUSINESS: _("Betriebs- und Geschäftsgeheimnis (§ 67 Abs. 2 Satz 2 SGB X)"),
        Ground.OTHER: _("anderer Grund"),
    }
    return [(one.value, words[one]) for one in Ground]


def spoken(findings: Sequence[Sequence[Any]]) -> list[str]:
    """Return in sentences what a check found; a code without words stays as it is."""
    told = []
    for code, page in findings:
        words = FINDINGS.get(str(code))
        sentence = in_words(words) if words else str(code)
        told.append(_("Seite %(page)s: %(what)s", page=page, what=sentence) if page else sentence)
    return told
