"""Is what is known of an objection asked once, and does nobody pass over one but the lead?"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.app import create_app
from eakte.casework.sending.asking import Choice
from eakte.casework.sending.objections import note_objection, objections_of
from eakte.errors import BadInput, NotFound, RuleBroken
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.objection import ObjectionStand
from eakte.model.sending import Decision, SendingState
from eakte.model.user import Role
from tests.builders import A_PDF, appoint, now_
from tests.eakte.listing import work_off
from tests.eakte.web.browser import key_of, signed_in
from tests.logged import told
from tests.sending.conftest import Desk
from tests.sending.test_sending import REASON, done


def noted(desk: Desk, stand: ObjectionStand, *, of: UUID | None = None) -> None:
    desk.office.clock.move(timedelta(minutes=1))
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        thing = work.session.get_one(Document, of) if of else None
        note_objection(
            work,
            thing or work.session.get_one(Case, desk.cases[0].id),
            stand=stand,
            on=work.clock.today(),
            reason="Merkblatt zum Antrag",
        )


def test_what_is_known_of_an_objection_is_asked_once_and_only_the_lead_passes_over_one(
    desk: Desk,
) -> None:
    doctor = desk.letters[1]
    desk.change(Document, doctor, from_doctor=True)
    with pytest.raises(RuleBroken) as asked:
        desk.ask()
    assert "Widerspruch" not in asked.value.reasons[0] and "§ 76" in asked.value.reasons[0]
    noted(desk, ObjectionStand.TOLD)
    sending = desk.ask()
    noted(desk, ObjectionStand.OBJECTED, of=doctor)
    work_off(desk.office)
    row = desk.row(sending)
    assert row.state is SendingState.REFUSED and row.reasons == [
        "„Befundbericht“: Seit der Auswahl wurde der Weitergabe widersprochen (§ 76 SGB X)."
    ]
    sent = {doctor: Choice(Decision.SEND, "Einwilligung vom 3. März liegt vor")}
    with pytest.raises(RuleBroken) as refused:
        desk.ask(choices=sent)
    assert refused.value.reasons[0].endswith("Darüber kann nur die Leitung hinweggehen.")
    lead = appoint(desk.office, "lead", Role.LEAD, units=[desk.staff.unit])
    with pytest.raises(RuleBroken, match="so nicht"):
        desk.ask(lead)
    assert done(desk).count("sending.stop-overridden") == 0
    desk.ask(lead, choices=sent)
    with desk.office.database.transaction(writes=False) as session:
        query = select(AuditEntry).where(AuditEntry.act == "sending.stop-overridden")
        (entry,) = session.scalars(query)
    assert (entry.subject_id, entry.actor_id) == (doctor, lead.id)
    assert told(desk.office, entry)["reason"].startswith("Einwilligung")
    noted(desk, ObjectionStand.TOLD, of=doctor)
    desk.ask()
    assert done(desk).count("sending.stop-overridden") == 1
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        stands = objections_of(work, work.session.get_one(Dossier, desk.dossier.id))
        assert [one.stand.value for one in stands] == ["told", "objected", "told"]
        letter = work.session.get_one(Document, doctor)
        for on, reason in ((work.clock.today(), "kurz"), (date(2999, 1, 1), REASON)):
            with pytest.raises(BadInput):
                note_objection(work, letter, stand=ObjectionStand.TOLD, on=on, reason=reason)
    other = now_(desk.office, desk.staff.other_clerk)
    with pytest.raises(NotFound), desk.office.begin(other) as work:
        letter = work.session.get_one(Document, doctor)
        note_objection(work, letter, stand=ObjectionStand.TOLD, on=on, reason=REASON)


def test_a_clerk_and_a_program_write_down_what_is_known(desk: Desk) -> None:
    doctor = desk.letters[1]
    desk.change(Document, doctor, from_doctor=True)
    app = create_app(desk.office, look=lambda path, name: A_PDF)
    clerk, key = signed_in(app, "clerk"), key_of(desk.office, desk.staff.clerk)
    address = f"/akte/{desk.dossier.id}/widersprueche"
    assert address in clerk.get(f"/akte/{desk.dossier.id}/uebersendungen/neu").text
    told = {"about": str(doctor), "stand": "objected", "on": "2026-01-02", "reason": "Schreiben"}
    for wrong in ({}, {"about": "x"}, {"stand": "x"}, {"on": ""}, {"on": "x"}):
        answer = clerk.post(address, told | wrong)
        assert answer.status_code == 422, wrong
    assert "10 bis 500 Zeichen" in clerk.post(address, told).text
    assert clerk.post(address, told | {"reason": "Schreiben vom 2. Januar"}).status_code == 303
    assert "Widersprochen" in clerk.get(address).text
    path = f"/api/v1/cases/{desk.cases[0].id}/objections"
    wanted = {"stand": "told", "on": "2026-01-02", "reason": "Merkblatt zum Antrag"}
    made = clerk.client.post(path, json=wanted, headers=key)
    assert (made.status_code, made.json["document_id"]) == (201, None)
    path = f"/api/v1/documents/{doctor}/objections"
    assert clerk.client.post(path, json=wanted, headers=key).json["document_id"] == str(doctor)
    path = f"/api/v1/dossiers/{desk.dossier.id}/objections"
    found = clerk.client.get(path, headers=key).json["objections"]
    assert sorted(one["stand"] for one in found) == ["objected", "told", "told"]
    assert signed_in(app, "other").get(address).status_code == 404
