"""A house that deals with archives, and dossiers in it whose time is over."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from eakte import jobs
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.filing.closing import close_dossier
from eakte.filing.describing import Description
from eakte.filing.office_loading import load_office
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import place_document
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.filing.retention_rules import RuleFields, set_retention_rule
from eakte.interchange.xdomea.records import Party
from eakte.interchange.xdomea.schemas import Schemas
from eakte.model.archive import Archive as Known
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.content import keep_content
from eakte.model.document import Document, ProcessingState, Rendition, RenditionKind, Version
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.offer import Offer, OfferedDossier, OfferMessage
from eakte.model.periods import Disposal
from eakte.model.user import Actor
from eakte.retention.archive_folder import ArchiveFolders
from eakte.retention.offering import archive_by_key, make_offer
from eakte.unit_of_work import UnitOfWork
from eakte.worker import Worker
from tests.builders import Staff, bring, house, now_
from tests.interchange.archive import Archive

CLOSED, LATER = date(2015, 4, 1), date(2026, 2, 2)
ENDED = RuleFields(
    "sbr", "Schwerbehindertenrecht", years=10, disposal=Disposal.APPRAISE, basis="Aktenplan 2015"
)
UNIT = b'schluessel = "sbr"\nname = "Schwerbehindertenrecht"\n'
HEAD = (
    "Schlüssel;Name;Behördenkennung;Präfix;Eigene Kennung;Eigenes Präfix;Fassung;Schritte;"
    "Akten je Nachricht;Originale;Antwort in Tagen\n"
)
LINES = (
    "kreis;Kreisarchiv Musterkreis;09990001;psw;01003110;psw;3.0.0;4;;nein;30\n"
    "land;Landesarchiv;09990002;psw;01003110;psw;4.0.0;4;5;ja;30\n"
    "stadt;Stadtarchiv;09990003;psw;01003110;psw;3.0.0;2;;nein;30\n"
    "bund;Bundesarchiv;09990004;psw;01003110;psw;4.0.0;2;;nein;30\n"
)
RULES = (
    "Archiv;Regel;Wert;Bewertung;Grundlage\n"
    "stadt;Anfangsbuchstaben;D|O|T;A;Vereinbarung 2020\n"
    "stadt;alle übrigen;;V;Vereinbarung 2020\n"
    "bund;jede n-te;3;A;Vereinbarung 2021\n"
    "bund;alle übrigen;;V;Vereinbarung 2021\n"
    "kreis;Anfangsbuchstaben;D|O|T;A;Vereinbarung 2020\n"
    "kreis;alle übrigen;;V;Vereinbarung 2020\n"
)
TABLES = {
    "sachgebiet.toml": UNIT,
    "archive.csv": (HEAD + LINES).encode(),
    "bewertung.csv": RULES.encode(),
}
NAMES = ("Dorn", "Muster", "Otter", "Öztürk", "Tanne", "Weber", "Zander")


@dataclass
class Registry:
    """The office, who keeps its records, and the folders in which it meets archives."""

    office: Office
    staff: Staff
    clock: SetClock
    entry: UUID
    folder: Path
    shared: Path
    archives: dict[str, Archive] = field(default_factory=dict)
    answers: ArchiveFolders = field(init=False)

    def __post_init__(self) -> None:
        """Listen in the folders, without waiting for files to stand still."""
        self.answers = ArchiveFolders(self.office.as_system, self.folder, still_seconds=0)

    def at(self, day: date) -> None:
        """Let it be noon of a day."""
        self.clock.instant = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)

    def closed(self, number: int, *, letters: int = 1) -> UUID:
        """A closed dossier with one case and so many letters, as it was in its year."""
        name = NAMES[number % len(NAMES)]
        staff, folder = self.staff, self.folder.parent / "in"
        with self.office.begin(staff.clerk) as work:
            entry = work.session.get_one(PlanEntry, self.entry)
            made = open_dossier(
                work,
                entry,
                subject="Feststellung",
                person_name=f"{name}, Änne {number}",
                birth_date=date(1950 + number % 40, 3, 1),
            )
            case = open_case(work, made, procedure="Erstantrag")
        for letter in range(letters):
            content = f"%PDF-1.7 letter {letter} of {number}".encode()
            document = bring(self.office, staff.clerk, folder, content=content).document_id
            with self.office.begin(now_(self.office, staff.clerk)) as work:
                place_document(
                    work,
                    work.session.get_one(Document, document),
                    case=work.session.get_one(Case, case.id),
                    description=Description(title=f"Bescheid {letter + 1}"),
                )
            if letter % 2 == 0:
                self._read(document, content + b" as PDF/A")
        with self.office.begin(now_(self.office, staff.clerk)) as work:
            close_dossier(work, work.session.get_one(Dossier, made.id))
        return made.id

    def _read(self, document_id: UUID, copy: bytes) -> None:
        with self.office.as_system() as work:
            document = work.session.get_one(Document, document_id)
            version = work.session.scalars(
                select(Version).where(Version.document_id == document_id)
            ).one()
            stored, now = work.store.put(io.BytesIO(copy)), work.clock.now()
            keep_content(work.session, str(stored.digest), size=stored.size, at=now)
            work.session.add(
                Rendition(
                    version_id=version.id,
                    kind=RenditionKind.READING_COPY,
                    sha256=str(stored.digest),
                    media_type="application/pdf",
                    created_at=now,
                )
            )
            document.processing, document.page_count = ProcessingState.READY, 1
            jobs.forget(work, "process", document_id)

    def records(self, *, confirmed: bool = True) -> Actor:
        """The records manager with the rights of now, who has just proved who they are."""
        return replace(now_(self.office, self.staff.records), confirmed=confirmed)

    @contextmanager
    def acting(self, *, confirmed: bool = True) -> Iterator[UnitOfWork]:
        """Work as the records manager."""
        with self.office.begin(self.records(confirmed=confirmed)) as work:
            yield work

    def offered(self, key: str, dossiers: list[UUID], *, confirmed: bool = True) -> UUID:
        """Offer dossiers to an archive; return the process."""
        with self.acting(confirmed=confirmed) as work:
            rows = [work.session.get_one(Dossier, one) for one in dossiers]
            return make_offer(work, archive_by_key(work, key), rows, note="Jahrgang 2015").id

    def work_off(self) -> None:
        """Do everything that was promised, as the worker does it."""
        worker = Worker(self.office)
        while worker._errand_turn():
            pass

    def archive(self, key: str, **how: object) -> Archive:
        """The counterpart, by what the office's tables say of it."""
        with self.office.as_system() as work:
            row = work.session.scalars(select(Known).where(Known.key == key)).one()
            parties = (Party(key=row.office_code, prefix=row.office_prefix),
                       Party(institution=row.name, key=row.code, prefix=row.prefix))  # fmt: skip
            made = Archive(self.shared / "schemas" / "xdomea", row.version, *parties, **how)  # type: ignore[arg-type]  # fields of an archive
        return self.archives.setdefault(key, made)

    def out(self, key: str) -> list[Path]:
        """What an archive sees in its folder, the oldest first."""
        folder = self.folder / key / "ausgang"
        seen = [one for one in folder.iterdir() if one.name[0] != "."] if folder.is_dir() else []
        return sorted(seen, key=lambda one: (one.stat().st_mtime_ns, one.name))

    def put(self, key: str, name: str, content: bytes) -> None:
        """Lay something into the folder from which the house takes an archive's answers."""
        folder = self.folder / key / "eingang"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    def listen(self) -> None:
        """Take what lies there; a file counts as whole at the second look."""
        self.answers.turn()
        self.answers.turn()

    def round(self, key: str) -> int:
        """Let the archive fetch what is there and answer, and the house take that."""
        self.work_off()
        fetched = self.out(key)
        for path in fetched:
            for name, answer in self.archives[key].take(path.name, path.read_bytes()):
                self.put(key, name, answer)
            path.unlink()
        self.listen()
        self.work_off()
        return len(fetched)

    def row(self, offer_id: UUID) -> Offer:
        """The offer as it stands."""
        with self.office.database.transaction(writes=False) as session:
            return session.get_one(Offer, offer_id)

    def row_of(self, dossier_id: UUID) -> Dossier:
        """A dossier with its entry of the plan."""
        with self.office.database.transaction(writes=False) as session:
            found = session.get_one(Dossier, dossier_id)
            session.refresh(found, ["plan_entry"])
            return found

    def dossiers(self, offer_id: UUID) -> list[OfferedDossier]:
        """Its dossiers in their order."""
        with self.office.database.transaction(writes=False) as session:
            found = select(OfferedDossier).where(OfferedDossier.offer_id == offer_id)
            return list(session.scalars(found.order_by(OfferedDossier.place)))

    def messages(self, offer_id: UUID | None) -> list[OfferMessage]:
        """Its messages in the order in which they went and came."""
        with self.office.database.transaction(writes=False) as session:
            found = select(OfferMessage).where(OfferMessage.offer_id == offer_id)
            return list(session.scalars(found.order_by(OfferMessage.at, OfferMessage.name)))

    def logged(self, act: str) -> list[AuditEntry]:
        """The entries of the log about one act."""
        with self.office.database.transaction(writes=False) as session:
            query = select(AuditEntry).where(AuditEntry.act == act)
            return list(session.scalars(query.order_by(AuditEntry.sequence)))


@contextmanager
def furnished(folder: Path, shared: Path, **given: object) -> Iterator[Registry]:
    """Open a house with archives, in which it is the year of the dossiers."""
    clock = SetClock(datetime(CLOSED.year, CLOSED.month, CLOSED.day, 9, tzinfo=UTC))
    meeting = folder / "archives"
    meeting.mkdir(parents=True)
    settings = {"archive_folder": meeting, "schemas": shared / "schemas"} | given
    with house(folder, clock=clock, **settings) as (office, staff):
        with office.begin(staff.records) as work:
            set_retention_rule(work, ENDED)
            entry = work.session.get_one(PlanEntry, staff.entry.id)
            follower = change_plan_entry(
                work, entry, wanted=replace(fields_of(work, entry), rule="sbr")
            ).id
            load_office(work, TABLES)
        assert Schemas(shared / "schemas" / "xdomea").has("4.0.0")
        yield Registry(office, staff, clock, follower, meeting, shared)
