"""The house in which the matrix of rights is measured: a person a role, a thing of each kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access.rights.deputising import name_deputy
from eakte.access.rights.sharing import share_out
from eakte.access.stations import new_station_key, register_station
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import Description, place_document
from eakte.filing.plan import add_plan_entry
from eakte.intake.uploads import begin_upload
from eakte.model.arrangement import Arrangement, ArrangementKind
from eakte.model.case import Case, CaseState, Deadline
from eakte.model.department import Department
from eakte.model.document import Document, DocumentState, Rendition, RenditionKind, Version
from eakte.model.dossier import Dossier, DossierAlias, DossierLink, DossierState
from eakte.model.file_plan import PlanEntry
from eakte.model.log_inspection import LogInspection
from eakte.model.login import AccessToken, LoginSession
from eakte.model.prepared import ListKind
from eakte.model.right import Grant, GrantKind, LiftRequest, Mark, Notice, Participation
from eakte.model.user import Actor, Role, User
from eakte.retrieval.prepared.asking import ask_for_list
from eakte.retrieval.prepared.lines import Filter
from eakte.web.per_request import OfficeApp
from storage import MemoryStore
from tests.builders import A_PDF, appoint, bring, bring_stack, build_office, hire
from tests.checking import half_checked
from tests.destroying import one_erasure
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.undone import UndoneDatabase
from tests.held import one_held
from tests.offered import one_offer
from tests.redacted import nothing_found, one_redacted
from tests.represented import one_represented
from tests.sent import one_sent

# A thing of the own unit, of another, locked, about staff, cancelled, and one that never was.
KINDS = ("own", "foreign", "locked", "staff", "cancelled", "deleted")
NOBODY, PROGRAM, DEVICE = "nobody", "key", "station"
LOGINS = {
    Role.CLERK: "clerk",
    Role.LEAD: "lead",
    Role.SCANNING: "scan",
    Role.MEDICAL: "doctor",
    Role.EXPERT: "expert",
    Role.AUDITOR: "auditor",
    Role.RECORDS_MANAGER: "records",
    Role.DATA_PROTECTION: "protection",
    Role.PERSONNEL: "personnel",
    Role.ADMINISTRATOR: "admin",
}
REASON = "Für die Bearbeitung des Widerspruchs"


@dataclass
class MatrixHouse:
    """The house, who is in it, and the id of everything an address or a body can name."""

    office: Office
    app: OfficeApp
    people: dict[Role, Actor]
    browsers: dict[Role, Browser]
    keys: dict[Role | str, dict[str, str]]
    things: dict[str, dict[str, UUID]] = field(default_factory=dict)
    others: dict[str, UUID] = field(default_factory=dict)

    def undo(self) -> None:
        """Take back what the last call has changed."""
        database = self.office.database
        assert isinstance(database, UndoneDatabase)
        database.undo()


def build(folder: Path) -> MatrixHouse:
    """Build the house and sign everybody in."""
    office = build_office(folder / "house", store=MemoryStore(), max_upload_mb=1)
    staff = hire(office)
    people = {
        Role.CLERK: staff.clerk,
        Role.SCANNING: staff.scanning,
        Role.RECORDS_MANAGER: staff.records,
        Role.ADMINISTRATOR: staff.administrator,
    }
    for role, login in LOGINS.items():
        if role not in people:
            units = [staff.unit] if role in {Role.LEAD, Role.PERSONNEL} else []
            people[role] = appoint(office, login, role, units=units)
    colleague = appoint(office, "colleague", Role.CLERK, units=[staff.unit])
    with office.as_system() as work:
        abroad = add_plan_entry(
            work,
            "7.1",
            title="Wohngeld",
            department=staff.other_unit,
            reference_prefix="WOG",
            takes_dossiers=True,
        ).id
    made = MatrixHouse(office, None, people, {}, {})  # type: ignore[arg-type]  # comes below
    made.things = {"dossier_id": {}, "case_id": {}, "document_id": {}, "batch_id": {}}
    for kind in KINDS[:-1]:
        foreign = kind == "foreign"
        by = staff.other_clerk if foreign else colleague
        _thing(made, kind, by, abroad if foreign else staff.entry.id, folder / "in")
        # No stack is locked or about staff: what stands there is one of another unit.
        sender = colleague if kind in {"own", "cancelled"} else staff.other_clerk
        made.things["batch_id"][kind] = bring_stack(
            office, sender, folder / "in", content=f"%PDF stack {kind}".encode(), key=kind
        )
    for of_kind in made.things.values():
        of_kind["deleted"] = UUID(int=7)
    with office.as_system() as work:
        _marked(made, work.session, colleague)
        _given(made, work.session, colleague)
        sent = one_sent(work, made.things["document_id"]["own"])
        made.others["redaction_id"] = one_redacted(work, made.things["document_id"]["own"])
        made.others["sending_id"], made.others["file_id"] = sent
        made.others["destruction_id"] = half_checked(work, made.things["batch_id"]["own"])
        made.others["hold_id"] = one_held(work, made.things["dossier_id"]["own"])
        erasure = one_erasure(work, [made.things["dossier_id"]["own"]])
        made.others["erasure_id"], made.others["erased_id"] = erasure
        offer = one_offer(work, [made.things["dossier_id"]["own"]])
        made.others["offer_id"], made.others["message_id"] = offer
        own = made.things["dossier_id"]["own"]
        made.others["representative_id"] = one_represented(work, own)
    _shared(made, staff.unit)
    with office.begin(made.people[Role.CLERK]) as work:
        made.others["list_id"] = ask_for_list(work, ListKind.DOSSIERS, Filter()).id
    app = create_app(office, look=lambda path, name: A_PDF, seek=nothing_found)
    browsers = {role: signed_in(app, login) for role, login in LOGINS.items()}
    keys: dict[Role | str, dict[str, str]] = {
        role: key_of(office, actor) for role, actor in people.items()
    }
    with office.as_system() as work:
        unit = work.session.get_one(Department, staff.unit.id)
        device = register_station(
            work, "Scanner", department=unit, networks=["127.0.0.1/32"], quota_mb=1
        )
        token = new_station_key(work, device, overlap_hours=0)
        keys[DEVICE] = {"Authorization": f"Bearer {token}"}
        made.others["station_id"] = device.id
    with office.as_system() as work:
        clerk = people[Role.CLERK].id
        session = work.session
        made.others["session"] = session.scalars(
            select(LoginSession.id).where(LoginSession.user_id == clerk)
        ).one()
        made.others["token"] = session.scalars(
            select(AccessToken.id).where(AccessToken.user_id == clerk)
        ).one()
    office.database.close()
    undone = replace(office, database=UndoneDatabase(office.settings.database))
    app.office = undone
    return replace(made, office=undone, app=app, browsers=browsers, keys=keys)


def _thing(made: MatrixHouse, kind: str, by: Actor, entry: UUID, folder: Path) -> None:
    """A dossier with a case, and a document that is filed there or was cancelled."""
    with made.office.begin(by) as work:
        dossier = open_dossier(
            work,
            work.session.get_one(PlanEntry, entry),
            subject="Feststellung",
            person_name="Muster, Änne",
        )
        case = open_case(work, dossier, procedure="Erstantrag")
    receipt = bring(made.office, by, folder, content=f"%PDF {kind}".encode())
    if kind != "cancelled":
        with made.office.begin(by) as work:
            place_document(
                work,
                work.session.get_one(Document, receipt.document_id),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
    made.things["dossier_id"][kind] = dossier.id
    made.things["case_id"][kind] = case.id
    made.things["document_id"][kind] = receipt.document_id


def _marked(made: MatrixHouse, session: Session, colleague: Actor) -> None:
    dossiers, cases = made.things["dossier_id"], made.things["case_id"]
    for kind in ("locked", "staff"):
        row = session.get_one(Dossier, dossiers[kind])
        row.locked, row.staff = kind == "locked", kind == "staff"
        row.clerk_id = colleague.id
    session.get_one(Dossier, dossiers["cancelled"]).state = DossierState.CANCELLED
    session.get_one(Case, cases["cancelled"]).state = CaseState.CANCELLED
    gone = session.get_one(Document, made.things["document_id"]["cancelled"])
    gone.state = DocumentState.CANCELLED
    for version in session.scalars(select(Version)):
        for kind in (
            RenditionKind.PREVIEW,
            RenditionKind.READING_COPY,
            RenditionKind.SIGNATURES,
        ):
            session.add(
                Rendition(
                    version_id=version.id,
                    kind=kind,
                    page=1 if kind is RenditionKind.PREVIEW else 0,
                    sha256=version.sha256,
                    media_type="application/pdf",
                    created_at=version.created_at,
                )
            )


def _given(made: MatrixHouse, session: Session, colleague: Actor) -> None:
    now = made.office.clock.now()
    own, case = made.things["dossier_id"]["own"], made.things["case_id"]["own"]
    ended = {
        "reason": REASON,
        "given_by_id": colleague.id,
        "given_at": now,
        "ends_at": now + timedelta(days=5),
    }
    grant = Grant(
        kind=GrantKind.GRANTED, dossier_id=own, user_id=made.people[Role.AUDITOR].id, **ended
    )
    glass = Grant(
        kind=GrantKind.BREAK_GLASS,
        dossier_id=made.things["dossier_id"]["locked"],
        # Not one of the ten, so that nobody sees through it.
        user_id=colleague.id,
        **ended,
    )
    parts = [
        Participation(case_id=case, user_id=made.people[role].id, **ended)
        for role in (Role.MEDICAL, Role.EXPERT)
    ]
    lift = LiftRequest(
        dossier_id=own, mark=Mark.LOCK, reason=REASON, asked_by_id=colleague.id, asked_at=now
    )
    notice = Notice(
        user_id=made.people[Role.DATA_PROTECTION].id,
        kind="glass-broken",
        subject_id=own,
        made_at=now,
    )
    alias = DossierAlias(dossier_id=own, system="SB", value="7", value_folded="7")
    link = DossierLink(
        from_id=own,
        to_id=made.things["dossier_id"]["cancelled"],
        reason=REASON,
        made_at=now,
        made_by_id=colleague.id,
    )
    deadline = Deadline(
        case_id=case,
        key="eigene",
        title="Frist",
        basis="eigene",
        event_on=now.date(),
        begins_on=now.date(),
        ends_on=now.date(),
        computation="",
        made_at=now,
        made_by_id=colleague.id,
    )
    inspection = LogInspection(
        purpose=REASON,
        first_day=now.date(),
        last_day=now.date(),
        asked_by_id=colleague.id,
        asked_at=now,
    )
    ordered = Arrangement(
        document_id=made.things["document_id"]["own"],
        kind=ArrangementKind.REARRANGED,
        key="matrix-house",
        asked_by_id=colleague.id,
        asked_at=now,
    )
    session.add_all([grant, glass, *parts, lift, notice, alias, link, deadline, inspection])
    session.add(ordered)
    session.flush()
    made.others |= {
        "grant_id": grant.id,
        "glass": glass.id,
        "participation_id": parts[0].id,
        "request_id": lift.id,
        "notice_id": notice.id,
        "alias_id": alias.id,
        "link_id": link.id,
        "deadline_id": deadline.id,
        "inspection_id": inspection.id,
        "user_id": colleague.id,
        "unit_id": session.scalars(select(Department.id).where(Department.key == "sbr")).one(),
        "other_unit_id": session.scalars(
            select(Department.id).where(Department.key == "wog")
        ).one(),
        "arrangement_id": ordered.id,
        "entry_id": session.scalars(select(PlanEntry.id).where(PlanEntry.number == "5.2")).one(),
        "entry": session.scalars(select(PlanEntry.id).where(PlanEntry.number == "5.2")).one(),
    }


def _shared(made: MatrixHouse, unit: Department) -> None:
    today = made.office.clock.today()
    clerk, lead = made.people[Role.CLERK], made.people[Role.LEAD]
    with made.office.begin(lead) as work:
        duty = share_out(work, unit, work.session.get_one(User, clerk.id), valid_from=today)
        made.others["duty_id"] = duty.id
    with made.office.begin(clerk) as work:
        named = name_deputy(
            work,
            work.session.get_one(User, clerk.id),
            work.session.get_one(User, made.others["user_id"]),
            first_day=today,
            last_day=today,
        )
        made.others["deputy_id"] = named.id
        made.others["upload_id"] = begin_upload(work, "brief.pdf", size=10).id
