"""Is everything a person is answered the same, byte for byte, whether what is hidden exists or not?

A house in which what the person sees and does not see came in alternately is asked twice: as it is,
and after all they may not see was taken out of rows and index, as if it had never been.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.access.rights.locking import lock_dossier
from eakte.access.rights.taking_part import let_take_part
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import Description, cancel_document, place_document
from eakte.filing.plan import add_plan_entry
from eakte.model.case import Case
from eakte.model.document import Document, Version
from eakte.model.dossier import Dossier, DossierAlias
from eakte.model.file_plan import Access, PlanEntry
from eakte.model.job import Job
from eakte.model.prepared import ListKind
from eakte.model.right import Grant, GrantKind, LiftRequest, Mark, Participation
from eakte.model.user import Actor, Role, User
from eakte.retrieval.indexing import write_entries
from eakte.retrieval.prepared.asking import drop_list
from eakte.web.per_request import OfficeApp
from eakte.worker import Worker
from tests.builders import A_PDF, Staff, appoint, bring, house, now_
from tests.eakte import listing
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.speaking import let_letters_speak

REASON = "Für die Bearbeitung des Widerspruchs"
SAME = b"%PDF-1.7 the same letter twice"
PERSON = "Muster, Änne"
# What is new in every answer, and how long it took.
MASKS = (
    (re.compile(rb'(content|value)="[\w.-]{60,}"|name="key" value="\w{32}"'), b"token"),
    (re.compile(rb'"request_id": ?"[0-9a-f]*"'), b"request"),
    (re.compile(rb"[\d.,]+[^\d<]{0,10}(ms\b|Millisekunden)"), b"time"),
)
PASSING = {"X-Request-Id", "Set-Cookie", "Date", "Content-Length"}
# The log is about everything on purpose, and read for a stated purpose only.
ABOUT_EVERYTHING = {"audit.show"}
NAMES_OF_IDS = {"document_id": "documents", "dossier_id": "dossiers", "case_id": "cases"}
KINDS = tuple(NAMES_OF_IDS.values())


@dataclass
class Town:
    """An office with people, and the ids of everything in it."""

    office: Office
    staff: Staff
    folder: Path
    colleague: Actor
    people: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, list[UUID]] = field(default_factory=lambda: {one: [] for one in KINDS})

    def dossier(self, by: Actor, person: str = PERSON, *, entry: UUID | None = None) -> Dossier:
        with self.office.begin(by) as work:
            row = work.session.get_one(PlanEntry, entry or self.staff.entry.id)
            made = open_dossier(work, row, subject="Feststellung", person_name=person)
        self.ids["dossiers"].append(made.id)
        return made

    def case(self, by: Actor, dossier: Dossier, procedure: str = "Erstantrag") -> Case:
        with self.office.begin(by) as work:
            there = work.session.get_one(Dossier, dossier.id)
            made = open_case(work, there, procedure=procedure)
        self.ids["cases"].append(made.id)
        return made

    def letter(
        self, by: Actor, case: Case | None = None, *, content: bytes = SAME, kind: str = "Antrag"
    ) -> UUID:
        receipt = bring(self.office, by, self.folder / "in", content=content)
        self.ids["documents"].append(receipt.document_id)
        if case is not None:
            with self.office.begin(by) as work:
                place_document(
                    work,
                    work.session.get_one(Document, receipt.document_id),
                    case=work.session.get_one(Case, case.id),
                    description=Description(document_type=kind),
                )
        return receipt.document_id

    def filled(
        self,
        by: Actor,
        person: str = PERSON,
        *,
        entry: UUID | None = None,
        letters_by: Actor | None = None,
    ) -> Dossier:
        """A dossier with a case of an unusual kind and two letters in it."""
        made = self.dossier(by, person, entry=entry)
        case = self.case(by, made, "Geheimverfahren")
        for content in (SAME, b"%PDF quite another"):
            self.letter(letters_by or by, case, content=content, kind="Geheimart")
        return made

    def locked(self, mark: Mark) -> None:
        """A dossier of the clerk's unit, on which the clerk has worked, shut to them since."""
        made = self.filled(self.staff.clerk, letters_by=self.colleague)
        with self.office.begin(self.colleague) as work:
            lock_dossier(
                work,
                work.session.get_one(Dossier, made.id),
                mark=mark,
                reason=REASON,
                clerk=work.session.get_one(User, self.colleague.id),
            )


def _hidden(town: Town, foreign: UUID) -> None:
    """What the clerk does not see: of another unit, locked, about staff, of other letters."""
    other, office = town.staff.other_clerk, town.office
    abroad = town.filled(other, entry=foreign)
    town.locked(Mark.LOCK)
    town.locked(Mark.STAFF)
    letters = town.filled(town.colleague, "Zander, Zoe")
    gone = town.letter(other, content=b"%PDF cancelled")
    town.letter(other)
    with office.begin(other) as work:
        cancel_document(work, work.session.get_one(Document, gone), reason="doppelt")
    with office.as_system() as work:
        row = work.session.get_one(Dossier, letters.id)
        row.access, row.clerk_id = Access.ASSIGNED, town.colleague.id
        now = work.clock.now()
        work.session.add(
            Grant(
                kind=GrantKind.GRANTED,
                dossier_id=abroad.id,
                user_id=town.colleague.id,
                reason=REASON,
                given_by_id=other.id,
                given_at=now,
                ends_at=now + timedelta(days=5),
            )
        )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path
    with house(folder) as (office, staff):
        colleague = appoint(office, "colleague", Role.CLERK, Role.LEAD, units=[staff.unit])
        made = Town(office, staff, folder, colleague)
        with office.as_system() as work:
            entry = add_plan_entry(
                work,
                "7.1",
                title="Wohngeld",
                department=staff.other_unit,
                reference_prefix="WOG",
                takes_dossiers=True,
            )
        _hidden(made, entry.id)
        clerk = staff.clerk
        own = made.dossier(clerk)
        case = made.case(clerk, own)
        made.letter(clerk, case)
        made.letter(clerk)
        second = made.case(clerk, own, "Widerspruch")
        made.letter(clerk, second, kind="Widerspruch")
        made.letter(staff.other_clerk)
        made.locked(Mark.LOCK)
        made.filled(clerk, "Beispiel, Bernd")
        made.letter(staff.scanning)
        for login, role in (("doctor", Role.MEDICAL), ("expert", Role.EXPERT)):
            made.people[login] = appoint(office, login, role)
            with office.begin(clerk) as work:
                let_take_part(
                    work,
                    work.session.get_one(Case, case.id),
                    work.session.get_one(User, made.people[login].id),
                    reason=REASON,
                    until=office.clock.today() + timedelta(days=9),
                )
        made.people |= {
            "clerk": clerk,
            "scan": staff.scanning,
            "records": staff.records,
            "auditor": appoint(office, "auditor", Role.AUDITOR),
            "admin": staff.administrator,
        }
        with office.as_system() as work:
            write_entries(work, made.ids["documents"])
        let_letters_speak(made.office, staff.unit, staff.other_unit)
        yield made


def _taken_out(town: Town, actor: Actor) -> int:
    """Take everything out that the person may not see; say how many things that were."""
    with town.office.as_system() as work:
        session = work.session
        documents = [
            one
            for one in session.scalars(select(Document))
            if not may(actor, Action.SEE_DOCUMENT, one)
        ]
        cases = [
            one for one in session.scalars(select(Case)) if not may(actor, Action.SEE_CASE, one)
        ]
        dossiers = [
            one
            for one in session.scalars(select(Dossier))
            if not may(actor, Action.SEE_DOSSIER, one)
        ]
        lost, shut = [one.id for one in documents], [one.id for one in dossiers]
        closed = [one.id for one in cases]
        assert not any(may(actor, Action.SEE_RECEIPT, one) for one in documents)
        for statement in (
            update(Document).where(Document.duplicate_of_id.in_(lost)).values(duplicate_of_id=None),
            delete(Job).where(Job.subject_id.in_([*lost, *shut])),
            delete(Version).where(Version.document_id.in_(lost)),
            delete(Document).where(Document.id.in_(lost)),
            delete(Participation).where(Participation.case_id.in_(closed)),
            delete(Grant).where(Grant.dossier_id.in_(shut)),
            delete(DossierAlias).where(DossierAlias.dossier_id.in_(shut)),
            delete(LiftRequest).where(LiftRequest.dossier_id.in_(shut)),
            delete(Case).where(Case.id.in_(closed)),
            delete(Dossier).where(Dossier.id.in_(shut)),
        ):
            session.execute(statement.execution_options(synchronize_session=False))
        _twins_as_if_alone(work.session)
        write_entries(work, town.ids["documents"])
        return len(lost) + len(closed) + len(shut)


def _twins_as_if_alone(session: Any) -> None:
    """Mark duplicates as they would have been marked, had the rest never come in."""
    seen: dict[tuple[UUID, str], UUID] = {}
    for document, digest in session.execute(
        select(Document, Version.sha256)
        .join(Version, Version.document_id == Document.id)
        .order_by(Document.receipt_number)
    ):
        key = (document.department_id, digest)
        # Past the mapper, which would count this as an edit of the document.
        session.execute(
            update(Document.__table__)
            .where(Document.__table__.c.id == document.id)
            .values(duplicate_of_id=seen.get(key))
        )
        seen.setdefault(key, document.id)
    session.expire_all()


def _addresses(app: OfficeApp, town: Town) -> Iterator[str]:
    """Every address that can be fetched, with the id of every thing, hidden or not, or of none."""
    known = {name: [*ids, UUID(int=7)] for name, ids in town.ids.items()}
    binding = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", *ABOUT_EVERYTHING}:
            continue
        names = sorted(rule.arguments)
        if not names:
            yield binding.build(rule.endpoint, {})
            continue
        first = next((name for name in names if name in NAMES_OF_IDS), "")
        for one in known.get(NAMES_OF_IDS.get(first, ""), [UUID(int=7)]):
            values = {name: one if name == first else _any(rule, name) for name in names}
            yield binding.build(rule.endpoint, values)


def _any(rule: Any, name: str) -> object:
    kind = type(rule._converters[name]).__name__
    return {"UUIDConverter": UUID(int=7), "IntegerConverter": 1}.get(kind, "etwas")


WORDS = (
    *("Muster", "Änne", "Geheimart", "Geheimverfahren", "Zander", "brief"),
    *("Gehe*", "Mustr~", '"SBR 1/2026"', "akte:SBR", "name:Muster", "brief -Zander"),
    *("nr:1", "brief ODER Zander", "*", "unbekannt:feld"),
)
FILTERS = (
    {"worte": "Muster"},
    {"worte": "SBR"},
    {"worte": "Zander"},
    {"worte": "WOG"},
    {"worte": "", "stand": "open"},
)


def _questions(app: OfficeApp, browser: Browser) -> Iterator[tuple[str, dict[str, str]]]:
    """What is asked by a form because its words stand in no address."""
    for word in WORDS:
        for order in ("treffer", "neu"):
            yield "/suche", {"q": word, "sortierung": order}
        yield "/ablageziele", {"words": word}
    for kind in ("Antrag", "Geheimart"):
        yield "/suche", {"q": "", "art": kind}
    for filters in FILTERS:
        yield "/akten", dict(filters)


def _recorded(town: Town, browser: Browser, key: dict[str, str]) -> dict[str, bytes]:
    app = browser.app
    answers: dict[str, bytes] = {}
    for address in _addresses(app, town):
        if address.startswith("/api/"):
            answer = app.test_client().get(address, headers=key)
        else:
            answer = browser.get(address)
        answers[f"GET {address}"] = _bare(answer)
    for address, sent in _questions(app, browser):
        answers[f"POST {address} {sent}"] = _bare(browser.post(address, sent))
    for word in WORDS:
        answer = app.test_client().post("/api/v1/search", json={"words": word}, headers=key)
        answers[f"API search {word}"] = _bare(answer)
    return answers


def _tables(town: Town, actor: Actor) -> dict[str, bytes]:
    """What a person is given as a table; it is gone afterwards, so that nothing is left of it."""
    office = town.office
    answers: dict[str, bytes] = {}
    if not may(actor, Action.MAKE_LIST):
        return answers
    for kind in ListKind:
        wanted = listing.asked(office, actor, kind=kind)
        assert Worker(office)._errand_turn()
        answers[f"table {kind}"] = listing.content(office, actor, wanted)
        with office.begin(now_(office, actor)) as work:
            drop_list(work, wanted)
        assert Worker(office)._errand_turn()
    return answers


def _bare(answer: Any) -> bytes:
    head = sorted(
        f"{name}: {value}" for name, value in answer.headers.items() if name not in PASSING
    )
    body = answer.data
    for pattern, instead in MASKS:
        body = pattern.sub(instead, body)
    return f"{answer.status_code}\n{head}\n".encode() + body


def _first_difference(asked: list[str], before: dict[str, bytes], after: dict[str, bytes]) -> str:
    one, other = before[asked[0]].decode(), after[asked[0]].decode()
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, at - 80)
    return f"{asked}\n{one[start : at + 160]!r}\n{other[start : at + 160]!r}"


@pytest.mark.parametrize(
    "login", ["clerk", "doctor", "expert", "scan", "records", "auditor", "admin"]
)
def test_what_a_person_may_not_see_changes_no_byte_of_any_answer(town: Town, login: str) -> None:
    actor = now_(town.office, town.people[login])
    app = create_app(town.office, look=lambda path, name: A_PDF)
    browser, key = signed_in(app, login), key_of(town.office, actor)
    with_it = _recorded(town, browser, key) | _tables(town, actor)
    assert len(with_it) > 200
    if login == "clerk":
        _has_proposals(with_it)
    assert _taken_out(town, actor) > 10
    without = _recorded(town, browser, key) | _tables(town, actor)
    assert with_it.keys() == without.keys()
    differing = {asked for asked, answer in with_it.items() if answer != without[asked]}
    assert not differing, _first_difference(sorted(differing), with_it, without)


def _has_proposals(answers: dict[str, bytes]) -> None:
    """Proposals are among what is recorded, for several dossiers at once too."""
    offered = {asked for asked, answer in answers.items() if b"data-proposal=" in answer}
    told = [one for one in answers if one.endswith("/proposals") and b'"ambiguous"' in answers[one]]
    assert offered and all(asked.endswith("/vorschlaege") for asked in offered)
    assert len(told) == len(offered)
    assert b"Mehrere Akten passen" in b"".join(answers[asked] for asked in offered)


def test_the_recording_would_notice_what_is_added_in_sight(town: Town) -> None:
    app = create_app(town.office, look=lambda path, name: A_PDF)
    browser = signed_in(app, "clerk")
    shown = ("/", "/posteingang")
    before = [_bare(browser.get(address)) for address in shown]
    assert before == [_bare(browser.get(address)) for address in shown]
    town.letter(town.staff.clerk)
    after = [_bare(browser.get(address)) for address in shown]
    assert all(one != other for one, other in zip(before, after, strict=True))
