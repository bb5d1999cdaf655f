"""Is a dossier either whole or proved to be destroyed, whatever happens on the way?"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, update

from eakte.app import create_app
from eakte.errors import Cancelled, RuleBroken
from eakte.evidence.erasure.counting import check_created
from eakte.evidence.erasure.proving import export_proofs, read_kept
from eakte.evidence.fixity import verify
from eakte.evidence.outside import open_outside
from eakte.evidence.signing import Signer
from eakte.filing.closing import reopen_dossier
from eakte.filing.opening import open_case
from eakte.intake.batches import Balance, balance_of
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import Batch, BatchPage, Fate
from eakte.model.document import Document, Version
from eakte.model.dossier import Dossier, DossierState
from eakte.model.erasure import ErasedContent, ErasedDocument, ErasedState, Erasure, ErasureState
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier
from eakte.model.retention_rule import RuleEdition
from eakte.retention.again import erase_again
from eakte.retention.erasing import erase_dossier
from eakte.retention.letting_go import let_go
from eakte.signed import note_faults, read_note
from storage import Digest
from tests.eakte.web.browser import signed_in
from tests.erasing.conftest import MARKER, House

# 200 takes a minute; the suite takes a fair sample of it.
MOMENTS = int(os.environ.get("EAKTE_TEST_HOLD_MOMENTS", "8"))
# Every statement is struck when this is 1; the suite strikes every so many.
STEP = int(os.environ.get("EAKTE_TEST_ERASE_STEP", "37"))


def plain(house: House, person: str = "Muster, Änne") -> UUID:
    return house.plain(person)


def held(house: House, dossier: UUID) -> None:
    house.held(dossier)


def count(house: House, *tables: type) -> list[int]:
    with house.office.database.transaction(writes=False) as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def trusted(house: House) -> set[str]:
    return {Signer(house.office.settings.audit_key).public}


def test_the_proof_says_what_went_by_which_rule_and_who_decided(house: House) -> None:
    dossier = plain(house)
    erasure = house.agreed(dossier)
    house.work()
    row = house.row(dossier)
    assert row.proof_sha256 is not None
    told = read_note(read_kept(house.office.store, row.proof_sha256))
    assert note_faults(told, trusted(house)) == []
    changed = told | {"archive": "freigegeben"}
    assert note_faults(changed, trusted(house)) != []
    assert told["dossier"]["reference"] == row.reference
    assert told["rule"]["kept_until"] == "2025-12-31" and told["rule"]["basis"]
    assert told["erasure"]["proposed_by"] != told["erasure"]["approved_by"]
    (document,) = told["documents"]
    assert {one["kind"] for one in document["contents"]} == {"version-1", "text", "preview"}
    assert all(one["destroyed"] and one["size"] for one in document["contents"])
    with house.office.database.transaction(writes=False) as session:
        entry = session.get_one(AuditEntry, told["log"]["sequence"])
        assert (entry.act, entry.digest) == ("dossier.erased", told["log"]["digest"])
        done = session.get_one(Erasure, erasure)
        assert done.state is ErasureState.FINISHED
        stub = session.get_one(Dossier, dossier)
        assert (stub.state, stub.person_name, stub.subject) == (DossierState.ERASED, "", "")
        assert stub.reference == row.reference and stub.kept_until == date(2025, 12, 31)
    with house.office.begin(house.registry.staff.clerk) as work, pytest.raises(Cancelled):
        open_case(work, work.session.get_one(Dossier, dossier), procedure="Neu")
    with house.office.begin(house.registry.staff.clerk) as work, pytest.raises(RuleBroken):
        reopen_dossier(work, work.session.get_one(Dossier, dossier), reason="doch noch")


def test_the_house_counts_what_lives_and_what_is_proved_and_names_what_is_missing(
    house: House,
) -> None:
    gone, stays = plain(house), plain(house, "Bleibt, Bert")
    house.agreed(gone)
    house.work()
    with house.office.as_system() as work:
        work.session.execute(update(Document).values(edits=Document.edits))
    counted = check_created(house.office.as_system, trusted=trusted(house))
    assert counted.faults == []
    assert (counted.documents, counted.live_documents, counted.destroyed_documents) == (2, 1, 1)
    assert (counted.dossiers, counted.live_dossiers, counted.destroyed_dossiers) == (2, 1, 1)
    assert verify(house.office.as_system).faults == []
    row = house.row(gone)
    house.office.store.delete(Digest(str(row.proof_sha256)))
    with house.office.as_system() as work:
        work.session.execute(update(ErasedDocument).values(receipt_number=9))
    found = " ".join(check_created(house.office.as_system, trusted=trusted(house)).faults)
    assert "Er fehlt im Speicher" in found and "Nr. 1 fehlt" in found
    assert str(stays) not in found


def test_a_hold_that_is_set_at_any_moment_after_the_approval_keeps_the_dossier_whole(
    house: House,
) -> None:
    dice = random.Random(6)  # noqa: S311  # chooses moments, no secret
    dossiers = [plain(house, f"Alt, Nr. {number}") for number in range(MOMENTS)]
    kept = count(house, Document)
    erasure = house.agreed(*dossiers)
    for dossier in dossiers:
        moment = dice.randrange(3)
        row = house.row(dossier)
        if moment == 0:
            held(house, dossier)
        elif moment == 1:
            # The job has begun and is cut off; the hold comes before it begins anew.
            with pytest.raises(Struck), house.office.as_system() as work:
                erase_dossier(work, row.id)
                raise Struck
            held(house, dossier)
        else:
            with house.office.as_system() as work:
                work.session.get_one(Dossier, dossier)
            held(house, dossier)
    house.work()
    assert count(house, Document) == kept
    assert count(house, ErasedDocument, ErasedContent) == [0, 0]
    for dossier in dossiers:
        row = house.row(dossier)
        assert row.state is ErasedState.SPARED and "Aussonderungssperre" in row.spared_reason
    with house.office.database.transaction(writes=False) as session:
        assert session.get_one(Erasure, erasure).state is ErasureState.FINISHED


class Struck(Exception):
    """The process ended here."""


@pytest.fixture
def striking(house: House) -> Iterator[list[int]]:
    """Ends the transaction at the n-th statement, as a killed process would."""
    left: list[int] = []

    def strike(*_: object) -> None:
        if left:
            left[0] -= 1
            if left[0] == 0:
                left.clear()
                raise Struck

    event.listen(house.office.database.engine, "before_cursor_execute", strike)
    yield left
    event.remove(house.office.database.engine, "before_cursor_execute", strike)


def test_cut_off_at_any_statement_the_dossier_is_whole_or_goes_on_to_its_proof(
    house: House, striking: list[int]
) -> None:
    dossier = house.marked()
    documents = count(house, Document)[0]
    house.agreed(dossier)
    at, struck = 1, 0
    while True:
        striking[:] = [at]
        try:
            house.work()
        except Struck:
            struck += 1
        else:
            break
        striking.clear()
        whole = count(house, Document)[0] == documents
        state = house.row(dossier).state
        assert (state is ErasedState.WAITING) == whole
        at += STEP
    striking.clear()
    assert struck >= 4
    house.work()
    assert house.row(dossier).state is ErasedState.ERASED
    counted = check_created(house.office.as_system, trusted=trusted(house))
    assert counted.faults == [] and counted.going == 0


def test_what_came_back_with_a_backup_goes_again_by_its_proof(house: House) -> None:
    office, dossier = house.office, plain(house)
    bare = office.database.engine.raw_connection()
    backup = "\n".join(bare.driver_connection.iterdump())  # type: ignore[union-attr]  # only SQLite has it
    bare.close()
    bytes_then = {
        one.digest.sha256: read_kept(office.store, one.digest.sha256)
        for one in office.store.listing()
    }
    house.agreed(dossier)
    house.work()
    outside = open_outside(office.settings, Signer(office.settings.audit_key))
    assert export_proofs(office.as_system, outside) == 1
    assert export_proofs(office.as_system, outside) == 0
    (proof,) = outside.proofs()
    _restore(house, backup, bytes_then)
    assert count(house, Document) == [1]
    told = read_note(proof)
    with office.as_system() as work:
        assert erase_again(work, told)
    house.work()
    assert count(house, Document) == [0] and house.row(dossier).state is ErasedState.ERASED
    with office.as_system() as work:
        assert not erase_again(work, told)
    assert check_created(office.as_system, trusted=trusted(house)).faults == []


def _restore(house: House, backup: str, kept: dict[str, bytes]) -> None:
    raw = house.office.database.engine.raw_connection()
    bare = raw.driver_connection
    assert bare is not None
    bare.execute("PRAGMA foreign_keys=OFF")
    for (name,) in bare.execute(
        "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall():
        bare.execute(f'DROP TABLE "{name}"')
    bare.executescript(backup)
    bare.execute("PRAGMA foreign_keys=ON")
    raw.close()
    for content in kept.values():
        house.office.store.put(BytesIO(content))


def test_bytes_that_another_dossier_names_stay_with_it(house: House) -> None:
    gone, stays = plain(house), plain(house, "Bleibt, Bert")
    with house.office.as_system() as work:
        of = {
            home: version
            for home, version in work.session.execute(
                select(Document.dossier_id, Version).join(
                    Version, Version.document_id == Document.id
                )
            )
        }
        of[gone].sha256 = of[stays].sha256
        shared = of[stays].sha256
    house.agreed(gone)
    house.work()
    assert house.office.store.exists(Digest(shared))
    with house.office.database.transaction(writes=False) as session:
        (went,) = session.scalars(select(ErasedDocument))
        told = {one["kind"]: one["gone"] for one in went.contents}
    assert told == {"version-1": False, "text": True, "preview": True}


def test_a_stack_loses_its_bytes_with_the_first_dossier_unless_another_is_held(
    house: House,
) -> None:
    first, second = plain(house, "Eins, A"), plain(house, "Zwei, B")
    with house.office.database.transaction(writes=False) as session:
        (of_first,) = session.scalars(select(Document.id).where(Document.dossier_id == first))
        (of_second,) = session.scalars(select(Document.id).where(Document.dossier_id == second))
    batch = house.stack(of_first)
    with house.office.as_system() as work:
        work.session.get_one(Document, of_second).batch_id = batch
    held(house, second)
    house.agreed(first)
    house.work()
    spared = house.row(first)
    assert spared.state is ErasedState.SPARED and "gesperrten Akte" in spared.spared_reason
    with house.office.database.transaction(writes=False) as session:
        kept = session.get_one(Batch, batch)
        assert kept.erased_at is None
        assert house.office.store.exists(Digest(kept.sha256))


def test_the_balance_of_a_stack_counts_its_destroyed_pages(house: House) -> None:
    gone = plain(house)
    with house.office.database.transaction(writes=False) as session:
        (of_gone,) = session.scalars(select(Document.id).where(Document.dossier_id == gone))
    batch = house.stack(of_gone)
    with house.office.as_system() as work:
        work.session.get_one(Batch, batch).pages = 2
        for page, fate in ((1, Fate.SEPARATOR), (2, Fate.FILED)):
            of = of_gone if fate is Fate.FILED else None
            work.session.add(BatchPage(batch_id=batch, page=page, fate=fate, document_id=of))
    house.agreed(gone)
    house.work()
    assert house.row(gone).state is ErasedState.ERASED
    with house.office.as_system() as work:
        balance = balance_of(work, work.session.get_one(Batch, batch))
    assert balance == Balance(2, 0, 1, 0, 0, erased=1) and balance.right


def test_where_the_rule_keeps_it_what_was_said_of_documents_stays(house: House) -> None:
    dossier = plain(house)
    with house.office.as_system() as work:
        work.session.execute(update(RuleEdition).values(keeps_metadata=True))
    house.agreed(dossier)
    house.work()
    told = read_note(read_kept(house.office.store, str(house.row(dossier).proof_sha256)))
    assert told["documents"][0]["described"]["title"] == "Muster, Änne Brief"
    assert told["dossier"]["title"] == "Feststellung"
    assert MARKER not in str(told)


def test_a_page_shows_the_stub_and_lists_leave_it_out(house: House) -> None:
    dossier = plain(house)
    house.agreed(dossier)
    house.work()
    reference = house.row(dossier).reference
    app = create_app(house.office)
    clerk, records = (signed_in(app, name) for name in ("clerk", "records"))
    shown = clerk.get(f"/akte/{dossier}")
    assert shown.status_code == 200 and "Diese Akte ist vernichtet." in shown.text
    assert "Muster, Änne" not in shown.text and "31.12.2025" in shown.text
    assert "Nachweis der Vernichtung" in records.get(f"/akte/{dossier}").text
    assert clerk.get(f"/akte/{dossier}/aufbewahrung").status_code == 302
    assert reference not in clerk.post("/akten", {"worte": ""}).text
    assert reference in clerk.post("/akten", {"stand": "erased"}).text
    for path in ("schliessen", "zugang"):
        assert clerk.get(f"/akte/{dossier}/{path}").status_code in (404, 409, 422)


def test_a_dossier_waits_for_what_the_archive_says_of_others_that_were_offered_with_it(
    house: House,
) -> None:
    gone, other = plain(house), plain(house, "Andere, Anna")
    with house.office.as_system() as work:
        offer = Offer(
            number=1,
            department_id=house.registry.staff.unit.id,
            archive="kreis",
            archive_name="Kreisarchiv",
            version="4.0.0",
            steps=4,
            state="appraised",
            made_at=work.clock.now(),
            made_by_id=house.registry.staff.records.id,
            made_by="Rita",
        )
        work.session.add(offer)
        work.session.flush()
        for place, one in enumerate((gone, other), start=1):
            work.session.add(
                OfferedDossier(
                    offer_id=offer.id,
                    dossier_id=one,
                    place=place,
                    reference=f"SBR {place}",
                    says=ArchiveSays.RELEASED if one == gone else ArchiveSays.PENDING,
                )
            )
    house.agreed(gone)
    house.work()
    assert house.row(gone).state is ErasedState.WAITING
    with house.office.as_system() as work:
        work.session.execute(update(OfferedDossier).values(says=ArchiveSays.RELEASED))
        let_go(work)
    house.work()
    assert house.row(gone).state is ErasedState.ERASED
