"""How is a dossier told to a court: nachricht.gds.uebermittlungSchriftgutobjekte.0005005?

What is the same in every version stands here, what differs in ``writing_versions``. The message is
written in the order of its numbers, because not every receiver sorts by them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from lxml import etree

from eakte.interchange.package import (
    Bound,
    Dispatch,
    DocumentClass,
    LinkKind,
    Occasion,
    Organisation,
    Part,
    PartKind,
    Party,
    Person,
    Role,
    SelectedDossier,
)
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.interchange.xjustiz.names import allowed

NAMESPACE = "http://www.xjustiz.de"
ROOT = "nachricht.gds.uebermittlungSchriftgutobjekte.0005005"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

AUTHORITY_DOSSIER, CURRENT_REFERENCE, ORIGINAL = "018", "001", "001"
CLASS_CODES: Mapping[DocumentClass, str] = {
    DocumentClass.OTHER: "001",
    DocumentClass.CLAIM: "003",
    DocumentClass.JUDGMENT: "006",
    DocumentClass.COURT_DECISION: "007",
    DocumentClass.ORDER: "008",
    DocumentClass.NOTE: "009",
    DocumentClass.MINUTES: "010",
    DocumentClass.WITHDRAWAL_SHEET: "011",
    DocumentClass.SERVICE_PROOF: "012",
    DocumentClass.EXPERT_OPINION: "013",
    DocumentClass.TECHNICAL: "014",
    DocumentClass.LETTER: "015",
    DocumentClass.APPLICATION: "016",
    DocumentClass.DECISION: "017",
    DocumentClass.OBJECTION: "018",
    DocumentClass.OBJECTION_DECISION: "019",
    DocumentClass.COSTS: "020",
    DocumentClass.COURT_NOTICE: "021",
}
PART_CODES: Mapping[PartKind, str] = {
    PartKind.OTHER: "001",
    PartKind.ANNEXES: "002",
    PartKind.SIDE: "003",
    PartKind.MAIN: "008",
    PartKind.CASE: "027",
}
LINK_CODES: Mapping[LinkKind, str] = {
    LinkKind.INSEPARABLE: "001",
    LinkKind.ATTACHMENT: "002",
    LinkKind.RELATED: "003",
}
ROLE_CODES: Mapping[Role, str] = {
    Role.SUMMONED: "025",
    Role.DEFENDANT: "028",
    Role.CLAIMANT: "101",
    Role.REPRESENTATIVE: "132",
    Role.AUTHORISED: "041",
    Role.GUARDIAN: "037",
    Role.STATUTORY: "088",
}
EVENT_CODES: Mapping[Occasion, str] = {
    Occasion.SENDING: "142",
    Occasion.SIDE_FILE: "208",
    Occasion.INSPECTION: "209",
}


@dataclass(frozen=True)
class Enclosure:
    """A paper about the dossier that goes with it: covering letter, table of contents, proof."""

    id: UUID
    title: str
    document_class: DocumentClass
    file_name: str
    covering: bool = False


@dataclass(frozen=True)
class Share:
    """What one of several messages carries: number ``part`` of ``parts``, counted from 1."""

    part: int
    parts: int
    bound: Sequence[Bound]
    enclosures: Sequence[Enclosure] = ()

    @property
    def told(self) -> str:
        """What people call it; empty where there is only one."""
        return f"Teil {self.part} von {self.parts}" if self.parts > 1 else ""


def message_id(dispatch: Dispatch, share: Share) -> UUID:
    """The identity of one message: the dispatch's own where there is only one."""
    if share.parts == 1:
        return dispatch.id
    return uuid5(dispatch.id, f"{share.part}/{share.parts}")


class Node:
    """A place in the message to which elements are added in the order of the schema."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def child(self, name: str) -> Node:
        """Add an element that holds others."""
        return Node(etree.SubElement(self.element, f"{{{NAMESPACE}}}{name}"))

    def text(self, name: str, text: str, kind: str = "C") -> None:
        """Add words, as the data type allows them; where none are left, nothing."""
        if shown := allowed(text, kind):
            self.exact(name, shown)

    def exact(self, name: str, text: object) -> None:
        """Add a value whose form the program knows: a number, an identity, a day."""
        etree.SubElement(self.element, f"{{{NAMESPACE}}}{name}").text = str(text)

    def day(self, name: str, day: date | None) -> None:
        """Add a day where there is one."""
        if day is not None:
            self.exact(name, day.isoformat())

    def code(self, name: str, code: str, version: str | None = None) -> None:
        """Add a code; the version of its list is named where the schema leaves it open."""
        element = etree.SubElement(self.element, f"{{{NAMESPACE}}}{name}")
        if version is not None:
            element.set("listVersionID", version)
        etree.SubElement(element, "code").text = code


class Writer(ABC):
    """Writes the message of one version.

    Promises a message with numbers from 1 without gap in every container; whether schema and
    rules hold is asked afterwards.
    """

    version: str

    def __init__(self, lists: CodeLists) -> None:
        self.lists = lists

    @abstractmethod
    def head(self, root: Node, dispatch: Dispatch, *, dossier: SelectedDossier, id: UUID) -> None:
        """Who writes to whom, about what, with which program."""

    @abstractmethod
    def received(self, node: Node, day: date | None) -> None:
        """When a document reached the office."""

    @abstractmethod
    def hybrid(self, node: Node, dossier: SelectedDossier) -> None:
        """That some of the dossier is on paper."""

    def write(self, dispatch: Dispatch, dossier: SelectedDossier, share: Share) -> bytes:
        """Return the message as UTF-8."""
        element: etree._Element = etree.Element(
            f"{{{NAMESPACE}}}{ROOT}", nsmap={"xjustiz": NAMESPACE, "xsi": XSI}
        )
        root = Node(element)
        self.head(root, dispatch, dossier=dossier, id=message_id(dispatch, share))
        self._proceedings(root, dispatch)
        self._content(root, dispatch, dossier=dossier, share=share)
        etree.indent(element)
        return etree.tostring(element, xml_declaration=True, encoding="UTF-8")

    def open_code(self, node: Node, name: str, list_name: str, code: str) -> None:
        """Add a code of a list whose version the message has to name."""
        node.code(name, code, self.lists.version(list_name) or "")

    def product(self, node: Node, dispatch: Dispatch) -> None:
        """Which program wrote it."""
        told = node.child("herstellerinformation")
        told.text("nameDesProdukts", dispatch.product.name, "D")
        told.text("herstellerDesProdukts", dispatch.product.maker, "D")
        told.text("version", dispatch.product.version)

    def occasion(self, node: Node, dispatch: Dispatch) -> None:
        """Why it is sent."""
        self.open_code(node, "ereignis", codes.EVENTS, EVENT_CODES[dispatch.occasion])

    def _proceedings(self, root: Node, dispatch: Dispatch) -> None:
        facts = root.child("grunddaten").child("verfahrensdaten")
        instance = facts.child("instanzdaten")
        instance.exact("instanznummer", 1)
        self.open_code(instance, "sachgebiet", codes.FIELDS_OF_LAW, dispatch.field_of_law)
        court = instance.child("auswahl_instanzbehoerde")
        self.open_code(court, "gericht", codes.COURTS, dispatch.court)
        if allowed(dispatch.court_reference):
            reference = instance.child("aktenzeichen").child("auswahl_aktenzeichen")
            reference.text("aktenzeichen.freitext", dispatch.court_reference)
        instance.text("kurzrubrum", dispatch.short_title)
        if allowed(dispatch.about):
            instance.child("verfahrensgegenstand").text("gegenstand", dispatch.about)
        alike: Counter[Role] = Counter()
        for number, party in enumerate(dispatch.parties, 1):
            alike[party.role] += 1
            self._party(facts, party, number, of_its_kind=alike[party.role])

    def _party(self, facts: Node, party: Party, number: int, *, of_its_kind: int) -> None:
        taking_part = facts.child("beteiligung")
        role = taking_part.child("rolle")
        role.exact("rollennummer", number)
        self.open_code(role, "rollenbezeichnung", codes.ROLES, ROLE_CODES[party.role])
        # Nothing said means 1, and no role may be there twice with the same number.
        if of_its_kind > 1:
            role.exact("nr", of_its_kind)
        role.text("geschaeftszeichen", party.reference)
        if party.represents is not None:
            role.child("referenz").exact("ref.rollennummer", party.represents + 1)
        somebody = taking_part.child("beteiligter")
        somebody.exact("beteiligtennummer", number)
        chosen = somebody.child("auswahl_beteiligter")
        if isinstance(party.who, Person):
            _person(chosen.child("natuerlichePerson"), party.who)
        else:
            _organisation(chosen.child("organisation"), party.who)

    def _content(
        self, root: Node, dispatch: Dispatch, *, dossier: SelectedDossier, share: Share
    ) -> None:
        content = root.child("schriftgutobjekte")
        covering = next((paper for paper in share.enclosures if paper.covering), None)
        if covering is not None:
            content.child("anschreiben").exact("ref.sgo", covering.id)
        before = 1 if share.bound else 0
        if share.bound:
            self._dossier(content.child("akte"), dispatch, dossier=dossier, share=share)
        for number, paper in enumerate(share.enclosures, before + 1):
            node = content.child("dokument")
            _identity(node, paper.id, number)
            facts = node.child("xjustiz.fachspezifischeDaten")
            self._class(facts, paper.document_class)
            facts.text("anzeigename", paper.title)
            _file(facts, paper.file_name)

    def _dossier(
        self, node: Node, dispatch: Dispatch, *, dossier: SelectedDossier, share: Share
    ) -> None:
        _identity(node, dossier.id, 1)
        days = [
            bound.document.written_on
            for bound in share.bound
            if bound.document.written_on and not bound.document.withheld
        ]
        if days:
            period = node.child("laufzeit")
            period.day("beginn", min(days))
            period.day("ende", max(days))
        facts = node.child("xjustiz.fachspezifischeDaten")
        facts.code("aktentyp", AUTHORITY_DOSSIER)
        self.hybrid(facts, dossier)
        told = f" ({share.told})" if share.told else ""
        facts.text("anzeigename", f"{dossier.title}{told}")
        self._reference(facts, dispatch.office, dossier.reference)
        facts.text("weiteresOrdnungskriteriumBehoerde", share.told)
        facts.exact("erstellungszeitpunktAkteVersand", dispatch.made_at.isoformat("T", "seconds"))
        bound_by_id = {bound.document.id: bound for bound in share.bound}
        inside = facts.child("inhalt")
        carried = [part for part in dossier.parts if _carries(part, bound_by_id)]
        for number, part in enumerate(carried, 1):
            self._part(inside, part, number=number, office=dispatch.office, bound_by_id=bound_by_id)

    def _part(
        self,
        inside: Node,
        part: Part,
        *,
        number: int,
        office: Organisation,
        bound_by_id: Mapping[UUID, Bound],
    ) -> int:
        """Write a part; returns its last folio."""
        node = inside.child("teilakte")
        _identity(node, part.id, number)
        facts = node.child("xjustiz.fachspezifischeDaten")
        facts.code("teilaktentyp", PART_CODES[part.kind])
        facts.text("anzeigename", part.title)
        if allowed(part.reference):
            self._reference(facts, office, part.reference)
        if not part.inspection_allowed:
            facts.exact("akteneinsicht", "false")
        last_page = Node(etree.SubElement(facts.element, "placeholder"))
        content = facts.child("inhalt")
        below = [one for one in part.parts if _carries(one, bound_by_id)]
        last = 0
        for place, one in enumerate(below, 1):
            last = self._part(content, one, number=place, office=office, bound_by_id=bound_by_id)
        carried = [bound_by_id[one.id] for one in part.documents if one.id in bound_by_id]
        for place, bound in enumerate(carried, len(below) + 1):
            self._document(content.child("dokument"), bound, place)
            last = bound.folios.last
        last_page.element.tag = f"{{{NAMESPACE}}}letztePaginierungProTeilakte"
        last_page.element.text = str(last)
        return last

    def _reference(self, facts: Node, office: Organisation, reference: str) -> None:
        node = facts.child("aktenzeichen")
        node.code("az.art", CURRENT_REFERENCE)
        node.child("auswahl_az.vergebendeStation").text("sonstige", office.name, "D")
        node.child("auswahl_aktenzeichen").text("aktenzeichen.freitext", reference)

    def _document(self, node: Node, bound: Bound, number: int) -> None:
        document = bound.document
        _identity(node, document.id, number)
        hidden = document.withheld is not None
        if not hidden:
            node.text("fremdesGeschaeftszeichen", document.foreign_reference)
            self.received(node, document.received_on)
            node.day("datumDesSchreibens", document.written_on)
        facts = node.child("xjustiz.fachspezifischeDaten")
        self._class(facts, DocumentClass.WITHDRAWAL_SHEET if hidden else document.document_class)
        facts.text("anzeigename", f"{bound.title} (Bl. {bound.folios})")
        if not document.inspection_allowed:
            facts.exact("akteneinsicht", "false")
        if not hidden:
            facts.day("veraktungsdatum", document.filed_on)
            # The schema has a word only for scans that stand for the paper.
            if document.scan is not None and document.scan.replaces_paper:
                scan = facts.child("scan")
                scan.day("scanDatum", document.scan.on)
                scan.exact("ersetzenderScan", "true")
            facts.text("absenderAnzeigename", document.sender, "D")
            facts.text("adressatAnzeigename", document.recipient, "D")
        for link in document.links:
            node_of_link = facts.child("verweis")
            node_of_link.code("verweistyp", LINK_CODES[link.kind])
            node_of_link.child("bezugsdokument").exact("ref.sgo", link.to)
        _file(facts, bound.path.name)

    def _class(self, facts: Node, document_class: DocumentClass) -> None:
        self.open_code(facts, "dokumentklasse", codes.DOCUMENT_CLASSES, CLASS_CODES[document_class])


def _carries(part: Part, bound_by_id: Mapping[UUID, Bound]) -> bool:
    return any(one.id in bound_by_id for one in part.documents) or any(
        _carries(below, bound_by_id) for below in part.parts
    )


def _identity(node: Node, id: UUID, number: int) -> None:
    identity = node.child("identifikation")
    identity.exact("id", id)
    identity.exact("nummerImUebergeordnetenContainer", number)


def _file(facts: Node, name: str) -> None:
    node = facts.child("datei")
    node.exact("dateiname", name)
    node.code("bestandteil", ORIGINAL)


def _person(node: Node, person: Person) -> None:
    name = node.child("vollerName")
    name.text("vorname", person.given_name, "A")
    name.text("titel", person.title)
    # The documentation of the schema asks for these words where the name is not known.
    name.exact("nachname", allowed(person.family_name, "A") or "nicht bekannt")
    if person.born_on is not None:
        node.child("geburt").day("geburtsdatum", person.born_on)
    _address(node, person)


def _organisation(node: Node, organisation: Organisation) -> None:
    node.child("bezeichnung").text("bezeichnung.aktuell", organisation.name, "D")
    _address(node, organisation)


def _address(node: Node, whose: Person | Organisation) -> None:
    if whose.address is None:
        return
    at = node.child("anschrift")
    at.text("strasse", whose.address.street, "B")
    at.text("hausnummer", whose.address.house_number, "B")
    at.text("postleitzahl", whose.address.postcode)
    at.text("ort", whose.address.place, "B")
