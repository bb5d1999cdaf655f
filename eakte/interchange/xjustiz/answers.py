"""What does a court answer to a message: that it took it, or what is wrong with it?

nachricht.gds.fehler.0005007 (all versions) and nachricht.gds.verarbeitungsbestaetigung.0005008
(since 3.6.2). Which version an answer is in is its own affair: it is read by names, not by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lxml import etree

from eakte.errors import BadInput
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.interchange.xjustiz.writing_schema import parser

XJ = "{http://www.xjustiz.de}"
ERROR = "nachricht.gds.fehler.0005007"
CONFIRMATION = "nachricht.gds.verarbeitungsbestaetigung.0005008"
LARGEST_ANSWER = 16 * 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """One fault that the court names.

    ``handled_anyway`` is True where the message is worked on all the same, False where a better
    one has to be sent, None where the court does not say (it cannot in 3.5.1).
    """

    code: str
    meaning: str
    more: str = ""
    handled_anyway: bool | None = None


@dataclass(frozen=True)
class Answer:
    """An answer: ``to`` is the identity of our message, None where the court names none.

    Without faults it is a confirmation. ``reference`` is the court's own for the proceedings.
    """

    id: UUID
    to: UUID | None
    made_at: datetime
    version: str
    sender: str
    reference: str
    ours: str
    faults: tuple[Fault, ...]

    @property
    def confirms(self) -> bool:
        """Whether the court took the message without naming a fault."""
        return not self.faults


def is_answer(message: bytes) -> bool:
    """Whether this is one of the two messages, without reading more than its root."""
    try:
        root = etree.fromstring(message, parser())
    except (etree.XMLSyntaxError, ValueError):
        return False
    return root.tag in (f"{XJ}{ERROR}", f"{XJ}{CONFIRMATION}")


def read_answer(message: bytes, lists: CodeLists) -> Answer:
    """Read a confirmation or an error message.

    Raises:
        BadInput: it is neither, or it names no identity or time of its own.
    """
    if len(message) > LARGEST_ANSWER:
        raise _unreadable()
    try:
        root = etree.fromstring(message, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable() from error
    kind = str(root.tag).removeprefix(XJ)
    head = root.find(f"{XJ}nachrichtenkopf")
    if kind not in (ERROR, CONFIRMATION) or head is None:
        raise _unreadable()
    try:
        answered = head.findtext(f".//{XJ}fremdeNachrichtenID")
        return Answer(
            id=UUID(head.findtext(f".//{XJ}eigeneNachrichtenID", "").strip()),
            to=UUID(answered.strip()) if answered else None,
            made_at=datetime.fromisoformat(head.findtext(f"{XJ}erstellungszeitpunkt", "").strip()),
            version=head.get("xjustizVersion", ""),
            sender=_sender(head, lists),
            reference=_first(head, f"{XJ}absender/{XJ}aktenzeichen", f"{XJ}aktenzeichen.absender"),
            ours=_first(
                head,
                f"{XJ}empfaenger/{XJ}auswahl_aktenzeichen/{XJ}aktenzeichen.freitext",
                f"{XJ}aktenzeichen.empfaenger",
            ),
            faults=tuple(_fault(one, lists) for one in root.iter(f"{XJ}fehler")),
        )
    except ValueError as error:
        raise _unreadable() from error


def _fault(node: etree._Element, lists: CodeLists) -> Fault:
    chosen = node.find(f"{XJ}auswahl_fehlercode/*")
    code = (chosen.findtext("code") or "" if chosen is not None else "").strip()
    common = chosen is not None and chosen.tag == f"{XJ}fehlercode"
    status = node.find(f"{XJ}auswahl_statusWeiterverarbeitung")
    handled = None
    if status is not None:
        handled = (status.findtext(f"{XJ}erfolgt") or "").strip() in ("true", "1")
    return Fault(
        code=code,
        meaning=lists.meaning(codes.FAULTS, code) if common else code,
        more=(node.findtext(f"{XJ}zusatzinformation") or "").strip(),
        handled_anyway=handled,
    )


def _sender(head: etree._Element, lists: CodeLists) -> str:
    for path in (
        f"{XJ}absender/{XJ}informationen/{XJ}auswahl_kommunikationspartner/*",
        f"{XJ}auswahl_absender/*",
    ):
        partner = head.find(path)
        if partner is not None:
            if code := partner.findtext("code"):
                return lists.meaning(codes.COURTS, code.strip())
            return (partner.text or "").strip()
    return ""


def _first(head: etree._Element, *paths: str) -> str:
    return next((text.strip() for path in paths if (text := head.findtext(path))), "")


def _unreadable() -> BadInput:
    return BadInput(
        "Das ist keine Bestätigung und keine Fehlermeldung eines Gerichts.",
        next_step="Bitte legen Sie die Nachricht als Schreiben des Gerichts ab.",
    )
