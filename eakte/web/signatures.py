"""By which words is it told what the check of a signature has shown?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from eakte.model.document import Version
from eakte.model.signature import Integrity, Place, Signature, Trust

GOOD = frozenset({Integrity.INTACT, Integrity.EXTENDED})
BAD = frozenset({Integrity.BROKEN, Integrity.REWRITTEN, Integrity.UNREADABLE})


@dataclass(frozen=True)
class Shown:
    """One signature in the words of the page; ``mood`` is success, warning or danger."""

    mood: str
    verdict: str
    signer: str
    trust: str
    facts: tuple[tuple[str, str], ...]


def shown_signatures(version: Version) -> Sequence[Shown]:
    """Return what is known of the signatures of a version, in words."""
    return [_shown(Signature.of(kept)) for kept in version.signatures or ()]


def _shown(one: Signature) -> Shown:
    facts = (
        (_("Art"), _place(one)),
        (_("Aussteller"), one.issuer),
        (_("Unterschrieben am"), _moment(one.signed_at)),
        (_("Zeitstempel"), _stamp(one)),
        (_("Zertifikat gültig"), _span(one)),
        (_("Sperrung"), _revocation(one)),
        (_("Seriennummer"), one.serial),
    )
    return Shown(
        mood=_mood(one),
        verdict=_verdict(one),
        signer=one.signer,
        # Whom a certificate names says nothing where the signature itself does not hold.
        trust=_trust(one) if one.signer and one.integrity not in BAD else "",
        facts=tuple((name, told) for name, told in facts if told),
    )


def _mood(one: Signature) -> str:
    if one.integrity in BAD or one.trust is Trust.REVOKED:
        return "danger"
    whole = one.integrity in GOOD and one.trust is Trust.TRUSTED and one.revocation_checked
    return "success" if whole else "warning"


def _verdict(one: Signature) -> str:
    words: dict[Integrity, str] = {
        Integrity.INTACT: _("Unverändert seit der Unterschrift"),
        Integrity.EXTENDED: _("Unterschriebenes unverändert, später zulässig ergänzt"),
        Integrity.REWRITTEN: _("Nach der Unterschrift verändert"),
        Integrity.BROKEN: _("Unterschrift passt nicht zum Inhalt"),
        Integrity.ALONE: _("Unterschriebenes Schreiben liegt nicht vor"),
        Integrity.UNREADABLE: _("Unterschrift nicht lesbar"),
    }
    return words[one.integrity]


def _trust(one: Signature) -> str:
    words: dict[Trust, str] = {
        Trust.TRUSTED: _("Der Aussteller steht auf der Vertrauensliste dieser Behörde."),
        Trust.NOT_ASKED: _(
            "Die Person wurde gegen keine Vertrauensliste geprüft; es ist keine hinterlegt."
        ),
        Trust.UNKNOWN: _("Der Aussteller steht nicht auf der Vertrauensliste dieser Behörde."),
        Trust.EXPIRED: _(
            "Das Zertifikat ist heute nicht gültig; dass es das beim Unterschreiben war, "
            "belegt kein vertrauter Zeitstempel."
        ),
        Trust.REVOKED: _("Das Zertifikat wurde gesperrt."),
        Trust.UNSUITABLE: _("Das Zertifikat taugt nicht zum Unterschreiben."),
    }
    return words[one.trust]


def _place(one: Signature) -> str:
    words: dict[Place, str] = {
        Place.PDF: _("im PDF"),
        Place.TIMESTAMP: _("Zeitstempel im PDF"),
        Place.BESIDE: _("eigene Datei neben dem Schreiben"),
        Place.AROUND: _("umschließt das Schreiben"),
    }
    return words[one.place]


def _stamp(one: Signature) -> str:
    if not one.timestamp:
        return ""
    moment = _moment(one.timestamp)
    if one.timestamp_trusted:
        return str(_("%(moment)s, von vertrauter Stelle", moment=moment))
    return str(_("%(moment)s, Stelle nicht geprüft", moment=moment))


def _revocation(one: Signature) -> str:
    if one.trust in (Trust.NOT_ASKED, Trust.UNKNOWN, Trust.REVOKED):
        return ""
    return str(_("geprüft") if one.revocation_checked else _("nicht geprüft: keine Sperrliste"))


def _span(one: Signature) -> str:
    if not one.valid_from or not one.valid_until:
        return ""
    first, last = (
        format_date(datetime.fromisoformat(day), "dd.MM.yyyy")
        for day in (one.valid_from, one.valid_until)
    )
    return f"{first}–{last}"


def _moment(instant: str) -> str:
    if not instant:
        return ""
    return str(format_datetime(datetime.fromisoformat(instant), "dd.MM.yyyy HH:mm"))
