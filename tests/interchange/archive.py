"""A small archive: takes offers and transfers, looks at them as a real receiver does, and answers.

It is written against the standard and the notes of archives that receive, and reads the XML with
its own few lines, so that it does not believe what the code under test believes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from lxml import etree

from eakte.interchange.xdomea.packages import write_package
from eakte.interchange.xdomea.records import (
    Decision,
    Head,
    Imported,
    Message,
    MessageType,
    Party,
    Product,
    Verdict,
)
from eakte.interchange.xdomea.schemas import Schemas

T = MessageType
DEEPEST = 5
SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(_[^/]*)?\.\w+")
NAMED = {
    "0501": "Aussonderung.Anbieteverzeichnis.0501",
    "0503": "Aussonderung.Aussonderung.0503",
    "0505": "Aussonderung.BewertungEmpfangBestaetigen.0505",
}
LEVELS = {"Akte", "Teilakte", "Vorgang", "Teilvorgang", "Dokument", "DokumentMitSchriftstueck"}


class Refused(Exception):
    """The archive does not take a package, for these reasons."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


@dataclass
class Case:
    """What the archive knows of one process."""

    appraisals: dict[UUID, str] = field(default_factory=dict)
    offered: dict[UUID, UUID | None] = field(default_factory=dict)
    confirmed: set[UUID] = field(default_factory=set)
    taken: set[UUID] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)


@dataclass
class Archive:
    """An archive with the official schemas, its own rule of appraisal, and a shelf."""

    schemas: Path
    version: str
    office: Party
    party: Party
    appraise: Callable[[UUID, str], str] = lambda record, title: "A"
    fails: Callable[[UUID], bool] = lambda record: False
    cases: dict[UUID, Case] = field(default_factory=dict)
    shelf: dict[str, bytes] = field(default_factory=dict)

    def take(self, name: str, package: bytes) -> list[tuple[str, bytes]]:
        """Look at a package and return the packages of the answers with their names."""
        reasons: list[str] = []
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            if archive.testzip() is not None:
                raise Refused(["a broken entry"])
            entries = {one: archive.read(one) for one in archive.namelist()}
        stem = name.removesuffix(".zip")
        xml = entries.pop(stem + ".xml", None)
        if xml is None:
            raise Refused(["the message is not named as its package"])
        root = etree.fromstring(xml)
        if problem := self._schema_problem(root):
            raise Refused([problem])
        kind = etree.QName(root).localname.rsplit(".", 1)[-1]
        process = UUID(self._one(root, "ProzessID"))
        case = self.cases.setdefault(process, Case())
        number = self._text(root, "LfdNrNachrichtProTyp") or "1"
        fourth = self.version.startswith("4")
        wanted = f"{process}_{kind}_{number}" if fourth else f"{process}_{NAMED[kind]}"
        if stem != wanted:
            reasons.append(f"named {stem} instead of {wanted}")
        codes = root.xpath("//*[local-name()='Nachrichtentyp' or local-name()='nachrichtentyp']")
        if codes[0].findtext("code") != kind:
            reasons.append("the code inside is another")
        reasons += self._sender_problems(root)
        if f"{kind}_{number}" in case.seen:
            reasons.append(f"{kind} a second time")
        case.seen.append(f"{kind}_{number}")
        records = self._records(root)
        reasons += self._depth_problems(root)
        answer_to = self._text(root, "nachrichtenUUID")
        if kind == "0503":
            reasons += self._transfer_problems(case, root, records, entries)
        elif entries:
            reasons.append("contents where none belong")
        if reasons:
            raise Refused(reasons)
        return list(self._answers(case, process, kind, records, root, answer_to, entries, number))

    def _answers(self, case, process, kind, records, root, answer_to, entries, number):  # type: ignore[no-untyped-def]  # every answer in one place
        wants = self._text(root, "Empfangsbestaetigung") in ("1", "true")
        total = int(self._text(root, "GesamtanzahlNachrichtenProTyp") or 1)
        common = {
            "answers": UUID(answer_to) if answer_to else None,
            "number": int(number),
            "total": total,
        }
        if kind == "0501":
            if wants:
                yield self._write(process, T.OFFER_RECEIVED, **common)
            decisions = []
            for record, (above, title, level, context) in records.items():
                case.offered[record] = above
                if level in ("Akte", "Vorgang", "Teilakte", "Teilvorgang") and not context:
                    letter = self.appraise(record, title)
                    if letter:
                        case.appraisals[record] = letter
                        decisions.append(Decision(record, Verdict(letter)))
            yield self._write(process, T.APPRAISAL, decisions=tuple(decisions), **common)
        elif kind == "0503":
            self.shelf |= entries
            if wants:
                yield self._write(process, T.TRANSFER_RECEIVED, **common)
            results = tuple(
                Imported(
                    record,
                    not self.fails(record),
                    ("Format nicht lesbar",) if self.fails(record) else (),
                    f"LA-{number}-{place}",
                )
                for place, (record, (_, _, level, context)) in enumerate(records.items(), 1)
                if level in ("Akte", "Vorgang", "Teilakte", "Teilvorgang") and not context
            )
            whole = all(one.done for one in results)
            yield self._write(
                process, T.TRANSFER_IMPORTED, results=results, imported=whole, **common
            )

    def _write(  # type: ignore[no-untyped-def]  # the words of the answer go through as they are
        self, process: UUID, kind: MessageType, *, answers, number, total, **said
    ) -> tuple[str, bytes]:
        head = Head(
            process_id=process,
            type=kind,
            created_at=datetime.now(UTC),
            sender=self.party,
            receiver=self.office,
            product=Product("Probearchiv", "Landesarchiv", "1"),
            message=uuid4(),
            answers=answers,
            number=number,
            total=total,
        )
        target = io.BytesIO()
        sent = write_package(
            target, Message(self.version, head, **said), {}, schemas=Schemas(self.schemas)
        )
        assert sent.checked, "the archive has no schema of its version"
        return sent.name, target.getvalue()

    def _schema_problem(self, root: etree._Element) -> str:
        folder = self.schemas / self.version
        paths = {path.name: path for path in folder.rglob("*.xsd")}

        class Nearby(etree.Resolver):
            def resolve(self, system_url, public_id, context):  # type: ignore[no-untyped-def]  # as the stubs lack it
                return self.resolve_filename(str(paths[system_url.rsplit("/", 1)[-1]]), context)

        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(Nearby())
        main = paths["xdomea-Nachrichten-AussonderungDurchfuehren.xsd"]
        schema = etree.XMLSchema(etree.parse(str(main), parser))
        return "" if schema.validate(root) else str(schema.error_log.last_error)

    def _sender_problems(self, root: etree._Element) -> list[str]:
        fourth = self.version.startswith("4")
        sender = root.xpath(f"//*[local-name()='{'autor' if fourth else 'Absender'}']")[0]
        keys = sender.xpath(
            ".//*[local-name()='kennung']/text()"
            if fourth
            else ".//*[local-name()='Behoerdenschluessel']/code/text()"
        )
        expected = self.office.office_code if fourth else self.office.key
        return [] if keys == [expected] else [f"an unknown sender {keys}"]

    def _records(self, root: etree._Element):  # type: ignore[no-untyped-def]  # id -> place, title, level, context
        found: dict[UUID, tuple[UUID | None, str, str, bool]] = {}
        for node in root.iter():
            if not isinstance(node.tag, str) or etree.QName(node).localname not in LEVELS:
                continue
            own = self._id_of(node)
            if own is None:
                continue
            above = node.getparent()
            while above is not None and self._id_of(above) is None:
                above = above.getparent()
            title = node.xpath("./*[local-name()='AllgemeineMetadaten']/*[local-name()='Betreff']")
            context = node.xpath("./*[local-name()='Kontextobjekt']/text()") in (["1"], ["true"])
            if own in found:
                raise Refused([f"{own} twice"])
            found[own] = (
                self._id_of(above) if above is not None else None,
                title[0].text if title else "",
                etree.QName(node).localname,
                context,
            )
        return found

    def _id_of(self, node: etree._Element) -> UUID | None:
        called = "xdomeaUUID" if self.version.startswith("4") else "ID"
        ids = node.xpath(f"./*[local-name()='Identifikation']/*[local-name()='{called}']/text()")
        return UUID(ids[0]) if ids else None

    def _depth_problems(self, root: etree._Element) -> list[str]:
        for node in root.iter():
            if isinstance(node.tag, str) and etree.QName(node).localname in LEVELS:
                above = sum(
                    1
                    for one in node.iterancestors()
                    if etree.QName(one).localname in LEVELS and self._id_of(one) is not None
                )
                if above >= DEEPEST:
                    return ["nested too deeply"]
        return []

    def _transfer_problems(self, case, root, records, entries) -> list[str]:  # type: ignore[no-untyped-def]  # as _records
        reasons = []
        names = [one.text for one in root.iter("{*}Dateiname")]
        if sorted(names) != sorted(entries):
            reasons.append(f"{len(names)} contents named, {len(entries)} there")
        reasons += [f"bad name {one}" for one in names if not SHAPE.fullmatch(one)]
        used = {UUID(one[:36]) for one in names}
        if used & set(records):
            reasons.append("a content has the id of a record")
        if case.appraisals:
            worthy = {one for one in case.offered if self._worthy(case, one)}
            given = {one for one, (_, _, _, context) in records.items() if not context}
            case.taken |= given
            total = int(self._text(root, "GesamtanzahlNachrichtenProTyp") or 1)
            whole = sum(1 for one in case.seen if one.startswith("0503")) == total
            if whole and worthy - case.taken:
                reasons.append(f"{len(worthy - case.taken)} records are missing")
            if given - worthy:
                reasons.append(f"{len(given - worthy)} records nobody asked for")
        return reasons

    def _worthy(self, case: Case, record: UUID | None) -> bool:
        while record is not None:
            if record in case.appraisals:
                return case.appraisals[record] == "A"
            record = case.offered.get(record)
        return False

    def _text(self, root: etree._Element, name: str) -> str:
        found = root.xpath(f"//*[local-name()='{name}']/text()")
        return str(found[0]) if found else ""

    def _one(self, root: etree._Element, name: str) -> str:
        found = root.xpath(f"//*[local-name()='{name}']/text()")
        assert len(found) == 1, f"{len(found)} times {name}"
        return str(found[0])
