"""What differs from version to version of XJustiz, and which one is valid on a day?

A new version becomes valid each 30 April (BLK-AG IT-Standards).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from eakte.errors import RuleBroken
from eakte.interchange.package import Dispatch, SelectedDossier
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.interchange.xjustiz.names import allowed
from eakte.interchange.xjustiz.writing import Node, Writer


class Writer351(Writer):
    """3.5.1: the head names sender and receiver side by side, days of receipt have a time."""

    version = "3.5.1"

    def head(self, root: Node, dispatch: Dispatch, *, dossier: SelectedDossier, id: UUID) -> None:
        """Type.GDS.Nachrichtenkopf of 3.5.1."""
        head = root.child("nachrichtenkopf")
        head.element.set("xjustizVersion", self.version)
        head.text("aktenzeichen.absender", dossier.reference)
        head.text("aktenzeichen.empfaenger", dispatch.court_reference)
        head.exact("erstellungszeitpunkt", dispatch.made_at.isoformat("T", "seconds"))
        head.child("auswahl_absender").text("absender.sonstige", dispatch.office.name, "D")
        receiver = head.child("auswahl_empfaenger")
        self.open_code(receiver, "empfaenger.gericht", codes.COURTS, dispatch.court)
        head.exact("eigeneNachrichtenID", id)
        if dispatch.answers is not None:
            head.exact("fremdeNachrichtenID", dispatch.answers)
        self.occasion(head, dispatch)
        self.product(head, dispatch)

    def received(self, node: Node, day: date | None) -> None:
        """An instant is asked for; of a letter only the day is known."""
        if day is not None:
            node.exact("posteingangsdatum", f"{day.isoformat()}T00:00:00")

    def hybrid(self, node: Node, dossier: SelectedDossier) -> None:
        """This version has no word for it."""


class Writer362(Writer):
    """3.6.2: sender and receiver are elements of their own, the maker has to be named."""

    version = "3.6.2"

    def head(self, root: Node, dispatch: Dispatch, *, dossier: SelectedDossier, id: UUID) -> None:
        """Type.GDS.Nachrichtenkopf since 3.6."""
        head = root.child("nachrichtenkopf")
        head.element.set("xjustizVersion", self.version)
        head.exact("erstellungszeitpunkt", dispatch.made_at.isoformat("T", "seconds"))
        sender = head.child("absender")
        partner = sender.child("informationen").child("auswahl_kommunikationspartner")
        partner.text("sonstige", dispatch.office.name, "D")
        sender.text("aktenzeichen", dossier.reference)
        sender.exact("eigeneNachrichtenID", id)
        receiver = head.child("empfaenger")
        partner = receiver.child("informationen").child("auswahl_kommunikationspartner")
        self.open_code(partner, "gericht", codes.COURTS, dispatch.court)
        reference = receiver.child("auswahl_aktenzeichen")
        if allowed(dispatch.court_reference):
            reference.text("aktenzeichen.freitext", dispatch.court_reference)
        elif dispatch.opens_proceedings:
            reference.exact("aktenzeichen.neu", "true")
        else:
            reference.exact("aktenzeichen.unbekannt", "true")
        if dispatch.answers is not None:
            receiver.exact("fremdeNachrichtenID", dispatch.answers)
        self.occasion(head, dispatch)
        self.product(head, dispatch)

    def received(self, node: Node, day: date | None) -> None:
        """A day and, where it is known, a time."""
        if day is not None:
            node.child("posteingang").day("datum", day)

    def hybrid(self, node: Node, dossier: SelectedDossier) -> None:
        """Hybridakte is told only where it is one."""
        if dossier.hybrid:
            node.exact("hybridakte", "true")


class Writer370(Writer362):
    """3.7.0: of what authorities write nothing changed but the number."""

    version = "3.7.0"


VALID_FROM: Mapping[date, type[Writer]] = {
    date(2025, 4, 30): Writer351,
    date(2026, 4, 30): Writer362,
    date(2027, 4, 30): Writer370,
}
VERSIONS: Mapping[str, type[Writer]] = {kind.version: kind for kind in VALID_FROM.values()}
# Component and part lists whose version the schema itself fixes.
FIXED_LISTS: Mapping[str, Mapping[str, str]] = {
    "3.5.1": {codes.COMPONENTS: "2.4", codes.PART_KINDS: "2.2"},
    "3.6.2": {codes.COMPONENTS: "2.5", codes.PART_KINDS: "2.3"},
    "3.7.0": {codes.COMPONENTS: "2.5", codes.PART_KINDS: "2.3"},
}


def writer_on(day: date, lists: CodeLists) -> Writer:
    """The writer of the version that is valid on a day; the newest known one after the last.

    Raises:
        RuleBroken: the day is before the first version that can be written.
    """
    begun = [first for first in VALID_FROM if first <= day]
    if not begun:
        raise RuleBroken(
            "Für den %(day)s kann keine XJustiz-Nachricht geschrieben werden.",
            day=day.strftime("%d.%m.%Y"),
            next_step="Bitte prüfen Sie das Datum des Rechners.",
        )
    return VALID_FROM[max(begun)](lists)
