"""What a call needs to be understood, for every route that takes something."""

from __future__ import annotations

import hashlib
import io

from eakte.model.user import Role
from tests.eakte.web.matrix_asks import Body, form, later, today, told
from tests.eakte.web.matrix_courts import SENDINGS
from tests.eakte.web.matrix_house import REASON, MatrixHouse
from tests.eakte.web.matrix_offers import OFFERS
from tests.eakte.web.matrix_retention import RETENTION
from tests.eakte.web.scans import A_STACK

AN_AREA = {"page": 1, "left": 10, "top": 10, "right": 90, "bottom": 20}


def _person(house: MatrixHouse) -> str:
    return str(house.others["user_id"])


def _auditor(house: MatrixHouse) -> str:
    return str(house.people[Role.DATA_PROTECTION].id)


# What a call needs to be understood, for every route that takes something. None: nothing.
BODIES: dict[str, Body | None] = {
    "account.end_session": None,
    "account.end_token": None,
    "account.new_token": form(token_name="Programm", days="30"),
    "account.password": form(old_password="x", new_password="y", repeated="y"),
    "api.deliver_document": lambda house: {
        "content": b"%PDF-1.7 by key",
        "type": "application/octet-stream",
    },
    "api.place": later(lambda house: {"case_id": str(house.things["case_id"]["own"])}, json=True),
    "api_rights.ask": told(mark="lock", reason=REASON),
    "api_rights.close_glass": None,
    "api_rights.decide": told(lift=False),
    "api_rights.drop_deputy": None,
    "api_rights.drop_duty": None,
    "api_rights.give": later(
        lambda house: {"person_id": _person(house), "reason": REASON, "until": today(house)},
        json=True,
    ),
    "api_rights.give_deputy": later(
        lambda house: {
            "absent_id": str(house.people[Role.CLERK].id),
            "deputy_id": _person(house),
            "first_day": today(house),
            "last_day": today(house),
        },
        json=True,
    ),
    "api_rights.give_duty": later(
        lambda house: {"person_id": _person(house), "valid_from": today(house)}, json=True
    ),
    "api_rights.let_in": later(
        lambda house: {"person_id": _person(house), "reason": REASON, "until": today(house)},
        json=True,
    ),
    "api_rights.let_out": None,
    "api_rights.lock": later(
        lambda house: {"mark": "lock", "reason": REASON, "clerk_id": _person(house)}, json=True
    ),
    "api_rights.open_glass": told(reference="WOG 1/2026", reason=REASON),
    "api_rights.review": told(verdict="Der Anlass war gegeben."),
    "api_rights.seen": None,
    "api_rights.withdraw": None,
    "api_court.confirm": later(lambda house: {"on": today(house)}, json=True),
    "api_court.write": later(lambda house: {"received_on": today(house)}, json=True),
    "court.write": later(lambda house: {"answer": "received", "taken_on": today(house)}),
    "court.confirm": later(lambda house: {"day": today(house)}),
    **RETENTION,
    **OFFERS,
    "cases.new": form(procedure="Widerspruch"),
    "deputies.end": None,
    "deputies.name": later(
        lambda house: {
            "absent": str(house.people[Role.CLERK].id),
            "deputy": _person(house),
            "first_day": today(house),
            "last_day": today(house),
        }
    ),
    "documents.cancel": form(reason="doppelt"),
    "documents.describe": form(title="Brief"),
    "documents.place": later(
        lambda house: {"target": str(house.things["case_id"]["own"]), "title": "Brief"}
    ),
    "documents.take_back": form(),
    "documents.try_again": form(),
    "dossiers.index": form(worte="Muster"),
    "dossiers.new": later(
        lambda house: {"plan_entry": str(house.others["entry"]), "subject": "Feststellung"}
    ),
    "duties.end": None,
    "duties.give": later(
        lambda house: {"unit": str(house.others["unit_id"]), "person": _person(house)}
    ),
    "filing.targets": form(words="Muster"),
    "glass.end": None,
    "glass.open_dossier": form(reference="WOG 1/2026", reason=REASON),
    "glass.review": form(verdict="Der Anlass war gegeben."),
    "guarded.release": form(reason=REASON),
    "guarded.unlock": form(document_password="offen"),
    "inbox.take_form": lambda house: {
        "form": {"files": (io.BytesIO(b"%PDF-1.7 by form"), "brief.pdf")}
    },
    "language.choose": form(),
    "login.sign_out": form(),
    "login.try_sign_in": form(login="clerk", password="falsch"),
    "notices.seen": None,
    "stacks.again": None,
    "stacks.release": form(reason=REASON),
    "stacks.cover_sheet": form(document_type="Antrag"),
    "stacks.take": lambda house: {
        "form": {"stack": (io.BytesIO(b"%PDF-1.7 by form"), "stack.pdf")}
    },
    "rights.ask": form(mark="lock", lift_reason=REASON),
    "rights.decide": form(decision="keep"),
    "rights.give": later(
        lambda house: {"person": _person(house), "reason": REASON, "until": today(house)}
    ),
    "rights.let_in": later(
        lambda house: {
            "case": str(house.things["case_id"]["own"]),
            "participant": _person(house),
            "part_reason": REASON,
            "part_until": today(house),
        }
    ),
    "rights.let_out": None,
    "rights.lock": later(
        lambda house: {"mark": "lock", "lock_reason": REASON, "clerk": _person(house)}
    ),
    "rights.withdraw": None,
    "search.page": form(q="brief"),
    "uploads.create": lambda house: {"headers": {"Upload-Length": "10"}, "form": {}},
    "uploads.part": lambda house: {
        "headers": {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
        "content": b"%PDF-1.7 x",
    },
    "users.new": form(login="neu", name="Neu", password="ein langes Kennwort"),
    "users.show": form(name="Anders"),
    "account.end_others": form(),
    "api.describe": told(edits=1, title="Brief"),
    "api_accounts.change": later(
        lambda house: {
            "name": "Anders",
            "roles": ["clerk"],
            "department_ids": [],
            "active": True,
            "edits": 1,
        },
        json=True,
    ),
    "api_accounts.create": told(login="neu", name="Neu", roles=["clerk"]),
    "api_accounts.end_own_session": None,
    "api_accounts.end_sessions": None,
    "api_acts.attach_to": later(
        lambda house: {"to": str(house.things["document_id"]["own"])}, json=True
    ),
    "api_acts.cancel": told(reason=REASON),
    "api_acts.detach_from": None,
    "api_acts.end_loan": told(reason=REASON),
    "api_acts.finish": told(),
    "api_acts.lend": told(),
    "api_acts.open_held": told(reason=REASON),
    "api_acts.open_encrypted": told(password="offen"),
    "api_acts.put_back": told(),
    "api_acts.reopen": told(reason=REASON),
    "api_acts.restore": told(),
    "api_acts.return_unchanged": told(),
    "api_acts.withdraw": told(reason=REASON),
    "api_audit.ask": later(
        lambda house: {"purpose": REASON, "first_day": today(house), "last_day": today(house)},
        json=True,
    ),
    "api_audit.decide": told(approved=False),
    "api_cases.cancel": told(reason=REASON),
    "api_cases.close": told(),
    "api_cases.reopen": told(reason=REASON),
    "api_cases.restore": told(),
    "api_cases.revise": told(edits=1, subject="Betreff"),
    "api_deadlines.add": later(
        lambda house: {
            "title": "Frist",
            "basis": "eigene",
            "event_on": today(house),
            "ends_on": today(house),
        },
        json=True,
    ),
    "api_deadlines.end": told(state="met"),
    "api_dossiers.cancel": told(reason=REASON),
    "api_dossiers.find": told(words="Muster"),
    "api_dossiers.open_one": told(plan_number="5.2", subject="Feststellung"),
    "api_dossiers.open_one_case": told(procedure="Widerspruch"),
    "api_dossiers.restore": told(),
    "api_dossiers.revise": told(edits=1, address="Weg 1"),
    "api_office.find": told(words="brief"),
    "api_plan.add": told(number="9", title="Neu"),
    "api_plan.change": told(stamp="0", title="Anders"),
    "api_plan.take": lambda house: {"content": b"Nummer;Titel\n", "type": "text/csv"},
    "api_ties.forget_alias": None,
    "api_ties.link": told(reference="SBR 1/2026", reason=REASON),
    "api_ties.name_alias": told(system="Programm", value="1"),
    "api_ties.unlink": None,
    "api_versions.add": lambda house: {
        "content": b"%PDF-1.7 next",
        "type": "application/octet-stream",
    },
    "audit.decide": form(decision="refuse", reason=REASON),
    "audit.new": later(
        lambda house: {"purpose": REASON, "first_day": today(house), "last_day": today(house)}
    ),
    "care.alias": form(system="Programm", value="1"),
    "care.cancel": form(reason=REASON),
    "care.restore": form(),
    "care.edit": form(subject="Feststellung", person_name="Muster, Änne", medium="electronic"),
    "care.link": form(reference="SBR 1/2026", reason=REASON),
    "care.unalias": form(),
    "care.unlink": form(),
    "cases.cancel": form(reason=REASON),
    "cases.restore": form(),
    "cases.close": form(),
    "cases.edit": form(procedure="Widerspruch", subject="Betreff"),
    "cases.reopen": form(reason=REASON),
    "confirming.confirm": form(confirm_password="falsch"),
    "confirming.passkey_options": form(),
    "deadlines.drop": form(reason=REASON),
    "deadlines.meet": form(),
    "deadlines.of_case": later(
        lambda house: {
            "title": "Frist",
            "basis": "eigene",
            "event_on": today(house),
            "ends_on": today(house),
        }
    ),
    "document_care.add_version": lambda house: {
        "form": {"document": (io.BytesIO(b"%PDF-1.7 next"), "zwei.pdf")}
    },
    "document_care.attach": form(number="1"),
    "document_care.check_out": form(),
    "document_care.detach": form(),
    "document_care.draft": form(reason=REASON),
    "document_care.finalise": form(),
    "document_care.give_back": form(),
    "document_care.release": form(reason=REASON),
    "document_care.restore": form(),
    "document_care.withdraw": form(reason=REASON),
    "factors.add_passkey": form(credential="{}", name="Schlüssel"),
    "factors.begin_codes": form(),
    "factors.confirm_codes": form(code="000000"),
    "factors.passkey_options": form(),
    "factors.remove_codes": form(),
    "factors.remove_passkey": form(),
    "factors.renew_recovery_codes": form(),
    "api_lists.ask": told(kind="dossiers"),
    "api_lists.drop": None,
    "lists.ask": form(art="dossiers", worte="Muster"),
    "lists.drop": None,
    "login.passkey_options": form(),
    "login.try_passkey": form(credential="{}"),
    "login.try_second": form(code="000000"),
    "plan.end": later(lambda house: {"last_day": today(house)}),
    "plan.entry": form(number="5.2", title="Anders"),
    "plan.new": form(number="9", title="Neu"),
    "plan.take": form(content="", state="0"),
    "plan.upload": lambda house: {
        "form": {"document": (io.BytesIO(b"Nummer;Titel\n"), "plan.csv")}
    },
    "users.end_sessions": form(),
    "users.reset": form(),
    "api_batches.deliver": lambda house: {
        "form": {
            "document": (io.BytesIO(A_STACK), "stapel.pdf"),
            "sha256": hashlib.sha256(A_STACK).hexdigest(),
            "size": str(len(A_STACK)),
        },
        "headers": {"Idempotency-Key": "matrix"},
    },
    "api_batches.open_held": told(reason=REASON),
    "api_checks.again": told(pages=[1], reason=REASON),
    "api_checks.begin": None,
    "api_checks.judge": told(verdict="good"),
    "api_checks.release": told(),
    "api_paper.decide": told(confirm=False, reason=REASON),
    "api_paper.keep": told(box="K-1"),
    "api_paper.propose": later(
        lambda house: {"batch_ids": [str(house.things["batch_id"]["own"])], "manner": "P-4"},
        json=True,
    ),
    "checks.again": form(pages="1", reason=REASON),
    "checks.begin": None,
    "checks.judge": form(verdict="good"),
    "checks.paper": form(box="K-1"),
    "checks.release": form(),
    **SENDINGS,
    "api_giving.inspect": told(name="Erika Muster", address="Weg 1", role="party", choices=[]),
    "api_giving.pass_on": told(name="Landratsamt", address="Platz 1", choices=[]),
    "giving.ask_inspection": form(name="Erika Muster", act="send"),
    "giving.ask_passing_on": form(name="Landratsamt", act="send"),
    "paper.decide": form(decision="refuse", reason=REASON),
    "paper.propose": later(
        lambda house: {"batch": str(house.things["batch_id"]["own"]), "manner": "P-4"}
    ),
    "api_stations.change": later(
        lambda house: {
            "name": "Anders",
            "networks": ["127.0.0.1/32"],
            "quota_mb": 5,
            "active": True,
            "edits": 1,
        },
        json=True,
    ),
    "api_stations.new_key": told(),
    "api_stations.register": later(
        lambda house: {
            "name": "Neu",
            "department_id": str(house.others["unit_id"]),
            "networks": ["127.0.0.1/32"],
            "quota_mb": 5,
        },
        json=True,
    ),
    "api_stations.report": told(waiting=0),
    "api_stations.revoke": None,
    "stations.new": later(
        lambda house: {
            "name": "Neu",
            "department": str(house.others["unit_id"]),
            "networks": "127.0.0.1/32",
            "quota_mb": "5",
        }
    ),
    "api_arranging.arrange": told(parts=[{"pages": [{"page": 1, "turn": 90}]}]),
    "api_arranging.back": told(number=1),
    "api_arranging.undo": told(),
    "api_mailroom.again": told(),
    "api_mailroom.answer": told(answer="Ja."),
    "api_mailroom.ask": told(question="Wessen?"),
    "api_mailroom.drop": None,
    "api_mailroom.give": later(
        lambda house: {"department_id": str(house.others["other_unit_id"]), "note": REASON},
        json=True,
    ),
    "api_mailroom.give_batch": later(
        lambda house: {"department_id": str(house.others["other_unit_id"]), "note": REASON},
        json=True,
    ),
    "api_redactions.make": None,
    "api_redactions.mark": told(areas=[AN_AREA], ground="health"),
    "api_redactions.mark_words": told(phrase="Muster", ground="third-party"),
    "api_redactions.remove": told(ids=["00000000-0000-0000-0000-000000000007"]),
    "redacting.make": form(),
    "redacting.mark": form(act="search", phrase="Muster", ground="third-party"),
    "redacting.remove": form(),
    "arranging.back": form(number="1"),
    "arranging.order": form(plan="1r", key="matrix"),
    "arranging.undo": form(),
    "mailroom.again": form(),
    "mailroom.answer": form(answer="Ja."),
    "mailroom.ask": form(question="Wessen?"),
    "mailroom.drop": form(),
    "mailroom.give": later(
        lambda house: {"unit": str(house.others["other_unit_id"]), "note": REASON}
    ),
    "mailroom.give_stack": later(
        lambda house: {"unit": str(house.others["other_unit_id"]), "note": REASON}
    ),
    "stations.new_key": form(overlap_hours="24"),
    "stations.revoke": form(),
    "stations.show": form(name="Anders", networks="127.0.0.1/32", quota_mb="5", active="1"),
}
# Which thing an id in the address means where its name does not say so.
MEANT = {
    ("account.end_session", "id"): "session",
    ("account.end_token", "id"): "token",
    ("api_accounts.end_own_session", "id"): "session",
    ("factors.remove_passkey", "id"): "token",
    ("api_rights.close_glass", "grant_id"): "glass",
    ("api_rights.review", "grant_id"): "glass",
    ("glass.end", "grant_id"): "glass",
    ("glass.review", "grant_id"): "glass",
}
