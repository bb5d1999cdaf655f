"""Does every page ask the database only a few questions, however much there is to show?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from werkzeug.routing import Rule

from eakte.access.accounts import create_user
from eakte.access.rights.notices import Told
from eakte.bootstrap import Office
from eakte.filing.clarifying import ask_about
from eakte.filing.describing import Description
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import place_document
from eakte.model.arrangement import Arrangement, ArrangementKind
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.case import Case
from eakte.model.content import keep_content
from eakte.model.document import Document, Rendition, RenditionKind, Version, WithdrawalSheet
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.hand_over import HandOver
from eakte.model.right import (
    Deputy,
    Duty,
    Grant,
    GrantKind,
    LiftRequest,
    Notice,
    Participation,
)
from eakte.model.user import Actor, Role
from eakte.retrieval.indexing import write_entries
from eakte.unit_of_work import UnitOfWork
from eakte.web.login import OPEN_TO_EVERYBODY
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD_HASH, Staff, bring_stack, give_rules, let_read
from tests.checking import half_checked
from tests.destroying import one_erasure, some_over
from tests.eakte.web.browser import Browser, signed_in
from tests.eakte.web.scans import registered
from tests.held import RULE, one_held
from tests.inspecting import agreed, protector
from tests.offered import one_offer
from tests.redacted import one_redacted
from tests.represented import one_represented
from tests.sent import one_inspected, one_sent
from tests.statements import heard

MOST = 10
PEOPLE = ("rich", "partly", "records", "schutz", "admin", "scan")
# What needs a state that no prepared house has: a sign-in service, an account without its factor.
NO_PAGE = {
    "arranging.outcome",
    "arranging.show",
    "arranging.status",
    "checks.note",
    "checks.note_page",
    "court.reply",
    "document_care.note",
    "document_care.note_page",
    "paper.record",
    "paper.record_page",
    "factors.scan",
    "interface.show",
    "lists.hand_out",
    "mailroom.show",
    "sign_on_again.confirm",
    "uploads.describe",
}
WORDS = {
    "dossiers.index": {"worte": "mus 1"},
    "filing.targets": {"words": "mus"},
    "search.page": {"q": "antrag"},
}


@dataclass(frozen=True)
class House:
    """Where addresses lead in the prepared house, by the names of their parts."""

    parts: dict[str, Any]
    waiting: UUID
    ordered: UUID


@pytest.fixture
def prepared(office: Office, staff: Staff, clerk: Browser, tmp_path: Path) -> House:
    """Twelve dossiers with three cases each, letters in every one, and some in the inbox."""
    waiting = [clerk.bring(b"%%PDF waiting %d" % number) for number in range(12)]
    filed = [clerk.bring(b"%%PDF filed %d" % number) for number in range(24)]
    with office.begin(staff.clerk) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        cases: list[Case] = []
        for number in range(12):
            dossier = open_dossier(
                work, entry, subject=f"Sache {number}", person_name=f"Muster, {number}"
            )
            cases += [open_case(work, dossier, procedure=f"Antrag {part}") for part in range(3)]
        for number, one in enumerate(filed):
            place_document(
                work,
                work.session.get_one(Document, one),
                case=cases[number % 4],
                description=Description(title="Antrag", received_on=work.clock.today()),
            )
        _give_products(work, filed[0])
        _tie(work, staff, cases[0], filed, waiting)
    watcher = protector(office)
    with office.as_system() as work:
        rich = _hire_rich(work, staff, cases, watcher)
        write_entries(work, [*waiting, *filed])
        give_rules(work, staff.unit)
        for number, one in enumerate(waiting, start=1):
            let_read(
                work,
                one,
                f"Unser Zeichen: SBR {number}/{work.clock.today().year}\nFV 12/2026, S 1 SB 2/26\n"
                f"Frau {number} Muster, geboren am 2. Juni 1988\nWiderspruch",
            )
    stack = _stack(office, staff, tmp_path, filed)
    with office.as_system() as work:
        destruction = half_checked(work, stack)
        sending, sent_file = one_sent(work, filed[0])
        redaction = one_redacted(work, filed[0])
        one_inspected(work, filed[0])
        hold, represented = (one(work, cases[0].dossier_id) for one in (one_held, one_represented))
        over = some_over(work, work.session.get_one(PlanEntry, staff.entry.id), dossiers=6)
        erasure, erased = one_erasure(work, over[:5], gone=2)
        offer, message = one_offer(work, over)
    parts = {
        "document_id": filed[0],
        "dossier_id": cases[0].dossier_id,
        "case_id": cases[0].id,
        "batch_id": stack,
        "destruction_id": destruction,
        "sending_id": sending,
        "redaction_id": redaction,
        "file_id": sent_file,
        "station_id": registered(office, staff),
        "user_id": rich,
        "entry_id": staff.entry.id,
        "inspection_id": agreed(office, staff, watcher),
        "hold_id": hold,
        "erasure_id": erasure,
        "erased_id": erased,
        "offer_id": offer,
        "message_id": message,
        "representative_id": represented,
        "key": RULE,
        "page": 1,
        "number": 1,
    }
    return House(parts, waiting[3], _post(office, staff, waiting))


def _post(office: Office, staff: Staff, waiting: list[UUID]) -> UUID:
    """Ask about what waits, let some of it come from another unit, and one be put in order."""
    with office.begin(staff.clerk) as work:
        now = work.clock.now()
        for one in waiting:
            ask_about(work, work.session.get_one(Document, one), question="Wessen?")
            work.session.add(
                HandOver(
                    document_id=one,
                    from_id=staff.other_unit.id,
                    to_id=staff.unit.id,
                    note="Für Sie",
                    at=now,
                    by_id=staff.clerk.id,
                    by_name="Clerk",
                )
            )
        ordered = Arrangement(
            document_id=waiting[3],
            kind=ArrangementKind.SPLIT,
            sources=[[str(waiting[3]), 1]],
            results=[str(one) for one in waiting[5:]],
            key="prepared",
            asked_by_id=staff.clerk.id,
            asked_at=now,
        )
        work.session.add(ordered)
        work.session.flush()
        return ordered.id


def _stack(office: Office, staff: Staff, folder: Path, documents: list[UUID]) -> UUID:
    """A stack of fifty pages that is taken apart."""
    stack = bring_stack(office, staff.clerk, folder / "in", content=b"%PDF stack", key="stack")
    with office.as_system() as work:
        batch = work.session.get_one(Batch, stack)
        batch.state, batch.pages = BatchState.READY, 50
        for page in range(1, 51):
            work.session.add(
                BatchPage(
                    batch_id=stack,
                    page=page,
                    fate=Fate.FILED,
                    document_id=documents[page % len(documents)],
                    place=page,
                )
            )
    return stack


def _give_products(work: UnitOfWork, document: UUID) -> None:
    version = work.session.query(Version).filter_by(document_id=document).one()
    for kind, page in (
        (RenditionKind.READING_COPY, 0),
        (RenditionKind.SIGNATURES, 0),
        (RenditionKind.PREVIEW, 1),
    ):
        stored = work.store.put(BytesIO(kind.encode()))
        keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
        work.session.add(
            Rendition(
                version_id=version.id,
                kind=kind,
                page=page,
                sha256=str(stored.digest),
                media_type="application/pdf",
                created_at=work.clock.now(),
            )
        )


def _tie(
    work: UnitOfWork, staff: Staff, case: Case, filed: list[UUID], waiting: list[UUID]
) -> None:
    """Let the documents and the dossier that are looked at have all that can belong to them."""
    dossier = work.session.get_one(Dossier, case.dossier_id)
    dossier.clerk_id = staff.clerk.id
    work.session.get_one(Case, case.id).procedure_key = "erst"
    for document_id, parent_id, twin_id in (
        (filed[0], filed[4], filed[8]),
        (filed[12], filed[0], None),
        (waiting[3], waiting[0], waiting[1]),
        (waiting[5], waiting[3], None),
    ):
        document = work.session.get_one(Document, document_id)
        document.parent_id, document.duplicate_of_id = parent_id, twin_id
        document.checked_out_by_id = staff.clerk.id
    work.session.add_all(
        WithdrawalSheet(
            case_id=case.id,
            position=position,
            document_id=filed[1],
            title="Irrläufer",
            reason="Gehört nicht hierher",
            taken_out_at=work.clock.now(),
            taken_out_by_id=staff.clerk.id,
            taken_out_by="Sabine Sacher",
        )
        for position in (0, 99)
    )


def _hire_rich(work: UnitOfWork, staff: Staff, cases: list[Case], watcher: Actor) -> UUID:
    """A clerk to whom everything there is to have was given, and one who reaches only parts."""
    today, now = work.clock.today(), work.clock.now()
    rich, partly, absent = (
        create_user(work, login, name=login.title(), roles=roles, departments=units)
        for login, roles, units in (
            ("rich", {Role.CLERK, Role.LEAD, Role.PERSONNEL}, (staff.unit, staff.other_unit)),
            ("partly", {Role.CLERK, Role.LEAD}, (staff.other_unit,)),
            ("absent", {Role.CLERK}, (staff.other_unit,)),
        )
    )
    rich.password_hash = partly.password_hash = PASSWORD_HASH
    work.session.flush()
    given: dict[str, Any] = {
        "user_id": rich.id,
        "reason": "Prüfung",
        "given_by_id": rich.id,
        "given_at": now,
        "ends_at": now + timedelta(days=90),
    }
    lift = LiftRequest(
        dossier_id=cases[0].dossier_id,
        reason="Die Sperre ist hinfällig",
        asked_by_id=absent.id,
        asked_at=now,
    )
    glass = Grant(kind=GrantKind.BREAK_GLASS, dossier_id=cases[4].dossier_id, **given)
    work.session.add_all([lift, glass])
    work.session.flush()
    work.session.add_all(
        Notice(user_id=person.id, kind=told.value, subject_id=subject, made_at=now)
        for person in (rich, watcher)
        for told, subject in (
            (Told.GLASS_BROKEN, glass.id),
            (Told.OWN_DUTY, absent.id),
            (Told.LIFT_ASKED, lift.id),
        )
    )
    share = {"department_id": staff.other_unit.id, "valid_from": today}
    work.session.add_all(
        [
            Duty(user_id=rich.id, first_letter="a", last_letter="n", **share),
            Duty(user_id=rich.id, procedure_key="erst", **share),
            Duty(
                user_id=partly.id,
                department_id=staff.unit.id,
                procedure_key="erst",
                valid_from=today,
            ),
            Duty(user_id=absent.id, first_letter="o", last_letter="z", **share),
            Deputy(
                absent_id=absent.id,
                deputy_id=rich.id,
                first_day=today,
                last_day=today,
                named_by_id=absent.id,
            ),
            Participation(case_id=cases[0].id, **given),
            Grant(kind=GrantKind.GRANTED, dossier_id=cases[4].dossier_id, **given),
            Grant(kind=GrantKind.GRANTED, dossier_id=cases[0].dossier_id, **given),
        ]
    )
    return rich.id


def pages_of(app: OfficeApp, house: House) -> Iterator[tuple[str, str, Rule]]:
    """Give the method and address of every page."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_TO_EVERYBODY | NO_PAGE or rule.rule.startswith("/api/"):
            continue
        methods = (rule.methods or set()) & {"GET"}
        if rule.endpoint in WORDS:
            methods |= (rule.methods or set()) & {"POST"}
        for method in sorted(methods):
            unknown = set(rule.arguments) - set(house.parts)
            assert not unknown, f"{rule}: what is to be put in the place of {unknown}?"
            address = app.url_map.bind("localhost").build(
                rule.endpoint, {name: house.parts[name] for name in rule.arguments}
            )
            yield method, address, rule


def asked(app: OfficeApp, browser: Browser, method: str, address: str, rule: Rule) -> list[str]:
    """Return the statements of a page, none when the person has no such page."""
    with heard(app.office.database.engine) as statements:
        if method == "GET":
            answer = browser.get(address)
        else:
            answer = browser.post(address, WORDS.get(rule.endpoint, {}))
        answer.close()
    return statements if answer.status_code == 200 else []


def test_no_page_asks_more_than_ten_questions(app: OfficeApp, prepared: House) -> None:
    browsers = [signed_in(app, login) for login in PEOPLE]
    too_many: dict[str, int] = {}
    unseen = []
    for method, address, rule in [
        *pages_of(app, prepared),
        ("GET", f"/dokument/{prepared.waiting}", Rule("/dokument/<im Posteingang>")),
        ("GET", f"/dokument/{prepared.waiting}/seiten", Rule("/seiten/<im Posteingang>")),
        ("GET", f"/dokument/{prepared.waiting}/klaeren", Rule("/klaeren/<im Posteingang>")),
        ("GET", f"/seitenordnung/{prepared.ordered}", Rule("/seitenordnung/<wartet>")),
        ("GET", f"/seitenordnung/{prepared.ordered}/stand", Rule("/stand/<wartet>")),
        ("GET", f"/dokument/{prepared.waiting}/vorschlaege", Rule("/vorschlaege/<im Posteingang>")),
    ]:
        counted = [len(asked(app, browser, method, address, rule)) for browser in browsers]
        if not any(counted):
            unseen.append(f"{method} {rule}")
        if max(counted) > MOST:
            too_many[f"{method} {rule}"] = max(counted)
    assert unseen == [], "nobody was shown these pages"
    assert too_many == {}


def test_a_longer_list_asks_no_more_questions(
    app: OfficeApp, prepared: House, office: Office, staff: Staff
) -> None:
    browser = signed_in(app, "rich")
    addresses = ("/", "/akten", "/posteingang", "/aktenplan", "/postbuch", "/klaerungsliste")
    before = {
        address: len(asked(app, browser, "GET", address, Rule(address))) for address in addresses
    }
    signed_in(app, "clerk").bring(b"%PDF one more")
    with office.begin(staff.clerk) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        for number in range(20):
            dossier = open_dossier(work, entry, subject="Noch eine", person_name=f"Neu, {number}")
            open_case(work, dossier, procedure="Antrag")
    after = {
        address: len(asked(app, browser, "GET", address, Rule(address))) for address in addresses
    }
    assert min(before.values()) > 0
    assert after == before
