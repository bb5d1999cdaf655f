"""A house in which work has been going on: something stands on every page there is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import String, Text, select

from eakte.access.accounts import create_department, create_user, departments
from eakte.access.factors.codes import begin_codes, confirm_codes
from eakte.access.rights.deputising import name_deputy
from eakte.access.rights.glass import break_glass, review_glass
from eakte.access.rights.granting import give_access
from eakte.access.rights.locking import ask_to_lift, lock_dossier
from eakte.access.rights.sharing import share_out
from eakte.access.rights.taking_part import let_take_part
from eakte.access.sessions import new_token, start_session
from eakte.access.stations import register_station
from eakte.bootstrap import Office
from eakte.casework.deadlines import add_own_deadline, deadlines_of, meet_deadline
from eakte.db import Base
from eakte.filing.attaching import attach
from eakte.filing.clarifying import ask_about
from eakte.filing.describing import Description
from eakte.filing.handing_over import hand_over
from eakte.filing.opening import Opening, open_case, open_dossier
from eakte.filing.placing import place_document, withdraw_document
from eakte.filing.plan import add_plan_entry, plan_entry
from eakte.filing.revising import Revision, add_alias, link_dossiers, revise_dossier
from eakte.intake.delivering import Declared, deliver
from eakte.model.arrangement import Arrangement, ArrangementKind, ArrangementState
from eakte.model.case import Case, Deadline
from eakte.model.department import Department
from eakte.model.document import Direction, Document, Source
from eakte.model.dossier import Dossier, Medium
from eakte.model.findings import Kind, Look
from eakte.model.right import Mark
from eakte.model.user import Role
from eakte.retrieval.protocol import ask_inspection, decide_inspection, inspection_by_id
from eakte.unit_of_work import UnitOfWork
from tests.browser.drawing import stack
from tests.browser.people import acting, person
from tests.builders import bring_stack
from tests.checking import half_checked
from tests.destroying import one_erasure, some_over
from tests.held import kept_parts
from tests.offered import one_offer
from tests.redacted import left_in_copies
from tests.represented import one_represented
from tests.sent import one_inspected
from tests.stacks.paper import empty, letter, webp
from tests.stacks.paper import stack as bound

PASSWORD = "ein langes Kennwort"
# Who joins those whom the desk knows already, and the units they work in.
STAFF = {
    "lena": (Role.LEAD, "Lena Leitner", ("sbr",)),
    "carl": (Role.CLERK, "Carl Kollege", ("sbr",)),
    "wanda": (Role.CLERK, "Wanda Wohnfeld", ("wog",)),
    "nora": (Role.CLERK, "Nora Notfall", ("wog",)),
    "mira": (Role.MEDICAL, "Dr. Mira Medicus", ()),
    "dora": (Role.DATA_PROTECTION, "Dora Schutz", ()),
    "axel": (Role.AUDITOR, "Axel Rechner", ()),
}
REASON = "Widerspruch Möller, Stellungnahme"
EMERGENCY = "Frau Möller steht am Schalter"
IMAGE = Look("image/png", Kind.IMAGE, 1, None, False)


@dataclass
class Furnished:
    """Where the addresses of the house lead, by the names of their parts, and what one needs."""

    parts: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    """With which a program of the one in need acts."""
    watch_key: str = ""
    """With which a program of the data protection acts."""
    staff_reference: str = ""
    secret: str = ""
    recovery: tuple[str, ...] = ()


def furnish(office: Office, dossier_id: UUID, folder: Path) -> Furnished:
    """Let the people of the house work for a day."""
    made = Furnished()
    _hire(office)
    case_id = _second_case(office, dossier_id)
    locked_id = _neighbours(office, dossier_id)
    documents = _documents(office, case_id, folder)
    _deadlines(office, case_id)
    _rights(office, dossier_id, case_id)
    _glass(office, dossier_id, locked_id)
    batch_id = bring_stack(
        office, acting(office, "carl"), folder, content=bound([letter("eins"), empty()]), key="one"
    )
    arrangement_id = _mail(office, documents, folder)
    inspections = _inspections(office)
    made.secret, made.recovery = _with_codes(office)
    made.staff_reference = _about_staff(office)
    with office.begin(replace(acting(office, "carl"), confirmed=True)) as work:
        begin_codes(work)
    with office.begin(replace(acting(office, "nora"), confirmed=True)) as work:
        made.key = new_token(work, "Leitstelle", days=30)
    with office.begin(replace(acting(office, "dora"), confirmed=True)) as work:
        made.watch_key = new_token(work, "Wache", days=30)
    with office.begin(replace(acting(office, "clara"), confirmed=True)) as work:
        new_token(work, "Fachverfahren", days=90)
        start_session(work, device="Firefox, Windows")
    with office.as_system() as work:
        one_inspected(work, documents[0])
        made.parts = {
            "dossier_id": dossier_id,
            "locked_id": locked_id,
            "case_id": case_id,
            "document_id": documents[0],
            "batch_id": batch_id,
            "arrangement_id": arrangement_id,
            "unclear_id": documents[2],
            **left_in_copies(work, documents[0]),
            "representative_id": one_represented(work, dossier_id),
            "destruction_id": half_checked(work, batch_id, webp(letter("eins"))),
            "station_id": register_station(
                work,
                "Scanner Erdgeschoss",
                department=departments(work.session)[0],
                networks=["10.1.2.0/24"],
                quota_mb=500,
            ).id,
            "entry_id": plan_entry(work, "5.2").id,
            "user_id": person(work, "clara").id,
            **{"number": 1, "page": 1},
        } | {**inspections, **kept_parts(work, dossier_id)}
        over = some_over(work, plan_entry(work, "5.2"), dossiers=4)
        made.parts["erasure_id"], _ = one_erasure(work, over[:2], gone=1)
        made.parts["offer_id"], _ = one_offer(work, over[2:3])
    return made


def typed_in(work: UnitOfWork) -> tuple[str, ...]:
    """Return every text in the rows of the house, the longest first.

    People have typed it: it is the same on a page in every language.
    """
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if type(column.type) in (String, Text):
                found.update(work.session.scalars(select(column).distinct()))
    return tuple(sorted((one for one in found - {None} if len(one) > 3), key=len, reverse=True))


def _hire(office: Office) -> None:
    with office.as_system() as work:
        known = work.session.scalars(select(Department))
        units = {unit.key: unit for unit in known}
        units["wog"] = create_department(work, "wog", name="Wohngeld")
        for login, (role, name, keys) in STAFF.items():
            create_user(
                work,
                login,
                name=name,
                password=PASSWORD,
                roles={role},
                departments=[units[key] for key in keys],
            )
        add_plan_entry(
            work,
            "5.3",
            title="Wohngeld",
            department=units["wog"],
            reference_prefix="WOG",
            takes_dossiers=True,
        )
    with office.begin(acting(office, "lena")) as work:
        today = work.clock.today()
        unit = units["sbr"]
        share_out(work, unit, person(work, "clara"), letters=("a", "m"), valid_from=today)
        share_out(work, unit, person(work, "carl"), letters=("k", "s"), valid_from=today)
    with office.begin(acting(office, "carl")) as work:
        today = work.clock.today()
        absent, deputy = person(work, "carl"), person(work, "clara")
        last = today + timedelta(days=9)
        name_deputy(work, absent, deputy, first_day=today, last_day=last)


def _second_case(office: Office, dossier_id: UUID) -> UUID:
    """Fill the cover in, and open another case beside the one that is there."""
    with office.begin(acting(office, "clara")) as work:
        dossier = work.session.get_one(Dossier, dossier_id)
        revise_dossier(
            work,
            dossier,
            Revision(
                birth_date=date(1961, 4, 12),
                address="Lindenweg 4, 98765 Musterstadt",
                medium=Medium.HYBRID,
                paper_location="Archivraum 2, Regal 14",
                term_from=date(2019, 5, 1),
                keywords=("Merkzeichen G", "Eilfall"),
                clerk_id=work.actor.id,
            ),
        )
        add_alias(work, dossier, system="Fachverfahren", value="4711-08/15")
        return open_case(work, dossier, procedure="Widerspruch", subject="Bescheid 01.10.2026").id


def _neighbours(office: Office, dossier_id: UUID) -> UUID:
    """Open dossiers beside: one linked, one locked whose lock somebody wants lifted."""
    with office.begin(acting(office, "clara")) as work:
        entry = plan_entry(work, "5.2")
        given = Opening(aliases=(("Kasse", "K 77"),))
        sister = open_dossier(
            work, entry, subject="Schwester", person_name="Berger, Ida", given=given
        )
        dossier = work.session.get_one(Dossier, dossier_id)
        link_dossiers(work, dossier, sister, reason="Geschwister")
        locked = open_dossier(work, entry, subject="Schutzfall", person_name="Anders, Uwe")
        open_case(work, locked, procedure="Erstantrag")
    with office.begin(acting(office, "lena")) as work:
        keep = [person(work, "lena")]
        lock_dossier(
            work,
            work.session.get_one(Dossier, locked.id),
            mark=Mark.LOCK,
            reason="Gewaltschutz, Anschrift geheim",
            clerk=person(work, "clara"),
            keep=keep,
        )
    with office.begin(acting(office, "clara")) as work:
        ask_to_lift(
            work,
            work.session.get_one(Dossier, locked.id),
            mark=Mark.LOCK,
            reason="Beschluss aufgehoben",
        )
    return locked.id


def _about_staff(office: Office) -> str:
    """Open a dossier about somebody who works in the office, and return its reference."""
    with office.begin(acting(office, "clara")) as work:
        given = Opening(staff=True, lock_reason="Beschäftigte des Amtes", clerk_id=work.actor.id)
        entry = plan_entry(work, "5.2")
        return open_dossier(
            work, entry, subject="Eigene Sache", person_name="Kraft, Eva", given=given
        ).reference


def _documents(office: Office, case_id: UUID, folder: Path) -> list[UUID]:
    """File three letters, one with an attachment, and take one out again."""
    made = []
    folder.mkdir(parents=True, exist_ok=True)
    for number, title in enumerate(("Widerspruch", "Befundbericht", "Irrläufer", "Attest")):
        clerk = acting(office, "clara")
        receipt = deliver(
            partial(office.begin, clerk),
            stack(folder / f"{number}.png", title),
            declared=Declared(name=f"scan-{number}.png", source=Source.FOLDER, department="sbr"),
            look=lambda path, name: IMAGE,
        )
        made.append(receipt.document_id)
        with office.begin(clerk) as work:
            place_document(
                work,
                work.session.get_one(Document, receipt.document_id),
                case=work.session.get_one(Case, case_id),
                description=Description(
                    title=f"{title} Möller",
                    document_type="Schriftwechsel",
                    direction=Direction.INCOMING,
                    letter_date=work.clock.today() - timedelta(days=4),
                    received_on=work.clock.today(),
                    sender="Änne Möller",
                    from_doctor=title == "Befundbericht",
                ),
            )
    with office.begin(acting(office, "clara")) as work:
        attach(
            work,
            work.session.get_one(Document, made[3]),
            to=work.session.get_one(Document, made[0]),
        )
        withdraw_document(work, work.session.get_one(Document, made[2]), reason="Falsche Akte")
    return made


def _mail(office: Office, documents: list[UUID], folder: Path) -> UUID:
    """Ask about a letter, let one come from another unit, and one not be put in order."""
    with office.begin(acting(office, "clara")) as work:
        unclear = work.session.get_one(Document, documents[2])
        today = work.clock.today()
        ask_about(work, unclear, question="Zu welcher Frau Möller?", due_on=today)
    receipt = deliver(
        partial(office.begin, acting(office, "wanda")),
        stack(folder / "irrig.png", "Irrig"),
        declared=Declared(name="irrig.png", source=Source.UPLOAD, department="wog"),
        look=lambda path, name: IMAGE,
    )
    with office.begin(acting(office, "wanda")) as work:
        strayed = work.session.get_one(Document, receipt.document_id)
        unit = next(one for one in departments(work.session) if one.key == "sbr")
        hand_over(work, strayed, to=unit, note="Merkzeichen, gehört zu Ihnen")
        ordered = Arrangement(
            document_id=documents[2],
            kind=ArrangementKind.SPLIT,
            state=ArrangementState.FAILED,
            problem="Seite 3 fehlt.",
            key="furnished",
            asked_by_id=person(work, "clara").id,
            asked_at=work.clock.now(),
        )
        work.session.add(ordered)
        work.session.flush()
        return ordered.id


def _deadlines(office: Office, case_id: UUID) -> None:
    """Let one deadline be over, one be near, one be far and one be met."""
    with office.begin(acting(office, "clara")) as work:
        case, today = work.session.get_one(Case, case_id), work.clock.today()
        for title, days in (("Stellungnahme", 3), ("Rückfrage", 0), ("Gutachten", 60)):
            add_own_deadline(
                work, case, title=title, basis="§ 88 SGG", ends_on=today + timedelta(days=days)
            )
        met = next(one for one in deadlines_of(work, case) if one.title == "Rückfrage")
        meet_deadline(work, met, note="Telefonisch am Vormittag")
        # Time passes by itself outside; here it has passed.
        work.session.add(
            Deadline(
                case_id=case.id,
                key="eigene",
                title="Akteneinsicht",
                basis="§ 25 SGB X",
                event_on=today - timedelta(days=30),
                begins_on=today - timedelta(days=30),
                ends_on=today - timedelta(days=2),
                computation="30 Tage",
                made_at=work.clock.now(),
                made_by_id=work.actor.id,
            )
        )


def _rights(office: Office, dossier_id: UUID, case_id: UUID) -> None:
    """Open the dossier by name, and let a doctor take part in a case."""
    with office.begin(acting(office, "lena")) as work:
        until = work.clock.today() + timedelta(days=30)
        dossier = work.session.get_one(Dossier, dossier_id)
        case = work.session.get_one(Case, case_id)
        give_access(work, dossier, person(work, "axel"), reason="Prüfung 2026", until=until)
        let_take_part(work, case, person(work, "mira"), reason=REASON, until=until)


def _glass(office: Office, dossier_id: UUID, locked_id: UUID) -> None:
    """Break the glass twice; one of the emergencies was looked at already."""
    grants = []
    for opened in (locked_id, dossier_id):
        with office.begin(replace(acting(office, "wanda"), confirmed=True)) as work:
            reference = work.session.get_one(Dossier, opened).reference
            grant = break_glass(work, reference, reason=EMERGENCY)
            assert grant is not None
            grants.append(grant.id)
    with office.begin(acting(office, "dora")) as work:
        review_glass(work, grants[0], verdict="Anlass gegeben")


def _inspections(office: Office) -> dict[str, UUID]:
    """Ask to read the log: once without an answer yet, once refused, once allowed."""
    asked = {}
    for name in ("asked_id", "refused_id", "inspection_id"):
        with office.begin(acting(office, "rita")) as work:
            today = work.clock.today()
            made = ask_inspection(work, purpose="Auskunft § 83 SGB X", first=today, last=today)
            asked[name] = made.id
    for name, reason in (("refused_id", "Zu weit gefasst"), ("inspection_id", "")):
        with office.begin(acting(office, "dora")) as work:
            one = inspection_by_id(work, asked[name])
            decide_inspection(work, one, approve=not reason, reason=reason)
    return asked


def _with_codes(office: Office) -> tuple[str, tuple[str, ...]]:
    """Give the one who will break the glass a generator of codes."""
    with office.begin(replace(acting(office, "nora"), confirmed=True)) as work:
        secret = begin_codes(work).secret
    with office.begin(replace(acting(office, "nora"), confirmed=True)) as work:
        # The code before this one, so that those to come are still unused.
        first = pyotp.TOTP(secret).at(work.clock.now() - timedelta(seconds=30))
        return secret, confirm_codes(work, first, session_id=None)
