"""By which words are offers, their messages and what archives say of dossiers shown?"""

from __future__ import annotations

from flask_babel import gettext as _

from eakte.model.offer import ArchiveSays


def offer_state_words() -> dict[str, str]:
    """Return the words for where an offer stands."""
    return {
        "begun": _("Vorbereitet"),
        "offered": _("Angeboten"),
        "appraised": _("Bewertet"),
        "handed-over": _("Abgegeben"),
        "partly-failed": _("Teils gescheitert"),
        "done": _("Abgeschlossen"),
        "called-off": _("Abgebrochen"),
    }


def message_words() -> dict[str, str]:
    """Return the words for the messages of a disposal by their numbers."""
    return {
        "0501": _("Anbieteverzeichnis"),
        "0502": _("Bewertungsverzeichnis"),
        "0503": _("Abgabe mit Inhalten"),
        "0504": _("Empfang der Anbietung bestätigt"),
        "0505": _("Empfang der Bewertung bestätigt"),
        "0506": _("Übernahme bestätigt"),
        "0507": _("Empfang der Abgabe bestätigt"),
        "": _("Nicht lesbar"),
    }


def says_words() -> dict[ArchiveSays, str]:
    """Return the words for what an archive says of a dossier."""
    return {
        ArchiveSays.PENDING: _("Steht aus"),
        ArchiveSays.RELEASED: _("Freigegeben"),
        ArchiveSays.CALLED_OFF: _("Abgebrochen"),
    }
