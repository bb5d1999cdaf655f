"""By which words does the log name what is done about the end of records?"""

from __future__ import annotations

from flask_babel import gettext as _


def acts_of_ending() -> dict[str, str]:
    """Return the words for these acts; `eakte.web.acts` keeps them for a page."""
    return {
        "clock.confirmed": _("Uhr der Anwendung bestätigt"),
        "clock.jumped": _("Uhr der Anwendung sprang"),
        "dossier.erased": _("Akte vernichtet"),
        "dossier.erased-again": _("Akte nach Rücksicherung noch einmal vernichtet"),
        "dossier.erasure-proved": _("Nachweis der Vernichtung einer Akte unterschrieben"),
        "dossier.spared": _("Akte von der Vernichtung ausgenommen"),
        "erasure.approved": _("Vernichtung von Akten freigegeben"),
        "erasure.proof-read": _("Nachweis einer Vernichtung herausgegeben"),
        "erasure.proposed": _("Vernichtung von Akten vorgeschlagen"),
        "erasure.refused": _("Vernichtung von Akten abgelehnt"),
        "erasure.stopped": _("Vernichtung von Akten angehalten"),
        "hold.ended": _("Aussonderungssperre beendet"),
        "hold.reviewed": _("Aussonderungssperre überprüft"),
        "hold.set": _("Aussonderungssperre gesetzt"),
        "house.vacuumed": _("Datenbank und Suchindex neu geschrieben"),
        "retention-rule.added": _("Aufbewahrungsregel angelegt"),
        "retention-rule.applied": _("Laufende Fristen folgen der Regel"),
        "retention-rule.changed": _("Aufbewahrungsregel geändert"),
        "retention.exported": _("Liste der Aussonderung herausgegeben"),
    }
