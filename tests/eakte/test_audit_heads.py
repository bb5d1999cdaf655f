"""Is a head of the log signed, kept outside, and stronger than whoever rules over the rows?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from eakte import audit
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import BadInput, LogDamaged, PartUnavailable
from eakte.evidence.daily import keep_heads
from eakte.evidence.fixity import verify
from eakte.evidence.heads import (
    export_heads,
    heads,
    record_check,
    standing,
    write_daily_head,
    write_head,
)
from eakte.evidence.outside import Bucket, Folder, open_outside
from eakte.evidence.proofs import prove_entry, prove_growth
from eakte.evidence.signing import Head, Signer, read_head
from eakte.model.audit_entry import AuditEntry
from eakte.model.audit_tree import AuditHead, AuditNode
from eakte.model.hash_tree import continues, includes
from eakte.signed import read_public_key
from storage import MemoryStore
from tests.builders import Staff, build_office, hire
from tests.forging import change, check, fill, rewrite, sign, signer_of


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def office(tmp_path: Path, clock: SetClock):
    opened = build_office(tmp_path, clock=clock)
    fill(opened, 300)
    yield opened
    opened.close()


@pytest.fixture
def staff(office: Office) -> Staff:
    return hire(office)


def test_an_untouched_log_fits_all_its_heads(office: Office) -> None:
    witnesses = [sign(office) for _ in range(3)]
    fill(office, 400)
    state = check(office, *witnesses, own=False)
    assert state.faults == ()
    assert (state.entries, state.holds_until) == (703, 302)


def test_a_head_says_what_the_tree_was_and_is_itself_an_entry(office: Office) -> None:
    head = sign(office)
    assert head.size == 300
    with office.as_system() as work:
        noted = work.session.get_one(AuditEntry, 301)
    assert (noted.act, noted.details) == ("audit.head-written", {"size": 300, "root": head.root})


def test_a_head_survives_its_way_through_a_file_and_nothing_else_is_one(office: Office) -> None:
    head = sign(office)
    assert read_head(head.as_json()) == head
    assert head.faults({head.key}) == []
    wrong = [b"", b"{}", b"[" * 100_000, b"\xff", head.as_json().replace(b"log head 1", b"x")]
    wrong += [head.as_json().replace(b":300", b":-300"), head.as_json().replace(b":300", b":true")]
    for written in wrong:
        with pytest.raises(BadInput, match="kein Prüfstand"):
            read_head(written)


@pytest.mark.parametrize("change_", [{"size": 299}, {"root": "0" * 64}, {"signature": "0" * 128}])
def test_a_forged_head_has_a_wrong_signature(office: Office, change_: dict[str, object]) -> None:
    head = sign(office)
    forged = replace(head, **change_)
    [fault] = forged.faults({head.key})
    assert "Unterschrift" in fault


def test_a_head_signed_by_somebody_else_is_found(office: Office, tmp_path: Path) -> None:
    head = sign(office)
    stranger = Signer(tmp_path / "stranger.pem")
    forged = stranger.sign(head.size, head.root, head.at)
    assert any("fremden Schlüssel" in fault for fault in check(office, forged).faults)


def test_the_key_is_made_once_and_readable_by_us_alone(office: Office) -> None:
    first = signer_of(office)
    path = office.settings.audit_key
    assert path.stat().st_mode & 0o777 == 0o600
    assert signer_of(office).public == first.public == read_public_key(first.public_pem())
    assert [left.name for left in path.parent.iterdir() if left.suffix == ".part"] == []


def test_a_key_that_is_none_is_told_and_never_made_anew(office: Office) -> None:
    path = office.settings.audit_key
    path.write_text("no key")
    with pytest.raises(PartUnavailable, match="nicht brauchbar"):
        signer_of(office)
    assert path.read_text() == "no key"


def test_the_end_cut_off_is_found_against_a_head(office: Office) -> None:
    head = sign(office)
    change(office, delete(AuditEntry).where(AuditEntry.sequence > 250), delete(AuditHead))
    assert audit_faults(office) == ()
    assert any("bezeugt aber 300" in fault for fault in check(office, head).faults)


def audit_faults(office: Office) -> tuple[str, ...]:
    with office.as_system() as work:
        return audit.verify(work.session).faults


def test_a_log_written_anew_with_every_digest_is_found_by_its_head_alone(office: Office) -> None:
    head = sign(office)
    change(office, update(AuditEntry).where(AuditEntry.sequence == 100).values(actor_name="X"))
    rewrite(office, 100)
    change(office, delete(AuditHead))
    assert audit_faults(office) == ()
    [fault] = check(office, head).faults
    assert "ersten 300 Einträge sind nicht mehr die" in fault


def test_the_state_says_until_where_the_log_is_what_it_was(office: Office) -> None:
    before = sign(office)
    fill(office, 50)
    after = sign(office)
    change(office, update(AuditEntry).where(AuditEntry.sequence == 320).values(act="forged"))
    assert check(office, before, after).holds_until == before.size


def test_a_forged_sum_beside_the_log_is_found(office: Office) -> None:
    change(office, update(AuditNode).values(digest="0" * 64))
    [fault] = audit_faults(office)
    assert "Zwischensumme über die Einträge 1 bis 256" in fault


def test_no_head_is_signed_that_contradicts_the_one_before(office: Office) -> None:
    sign(office)
    change(office, update(AuditNode).values(digest="0" * 64))
    with pytest.raises(LogDamaged, match="kein neuer unterschrieben"):
        sign(office)
    change(office, delete(AuditNode))
    with pytest.raises(LogDamaged):
        sign(office)


def test_the_office_works_on_while_its_log_has_a_hole(office: Office) -> None:
    change(office, delete(AuditEntry).where(AuditEntry.sequence == 290))
    fill(office, 300)
    assert any("Eintrag 290 fehlt" in fault for fault in audit_faults(office))


def test_a_head_is_written_once_a_day(office: Office, clock: SetClock) -> None:
    signer = signer_of(office)

    def daily() -> Head | None:
        with office.as_system() as work:
            return write_daily_head(work, signer)

    assert daily() is not None
    clock.move(timedelta(hours=10))
    assert daily() is None
    clock.move(timedelta(hours=10))
    assert daily() is not None


def test_heads_lie_outside_whole_under_their_time_with_the_key_beside(office: Office) -> None:
    signer = signer_of(office)
    head = sign(office)
    outside = open_outside(office.settings, signer)
    assert export_heads(office.as_system, outside) == 1
    assert export_heads(office.as_system, outside) == 0
    folder = office.settings.folder / "log-heads"
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["head-20261102T080000Z-000000000300.json", f"key-{signer.public[:16]}.pem"]
    assert list(outside.heads()) == [head]
    assert read_public_key((folder / names[1]).read_bytes()) == signer.public


def test_a_store_keeps_heads_as_well_and_other_content_does_not_disturb(office: Office) -> None:
    head = sign(office)
    store = MemoryStore()
    store.put(BytesIO(b"no head"))
    store.put(BytesIO(b"x" * 10_000))
    assert export_heads(office.as_system, Bucket(store)) == 1
    assert list(Bucket(store).heads()) == [head]


def test_heads_wait_while_the_place_is_away_and_none_is_lost(office: Office) -> None:
    store = MemoryStore()
    store.reachable = False
    written = [sign(office)]
    with pytest.raises(PartUnavailable, match="nicht erreichbar"):
        export_heads(office.as_system, Bucket(store))
    written.append(sign(office))
    store.reachable = True
    assert export_heads(office.as_system, Bucket(store)) == 2
    assert sorted(Bucket(store).heads(), key=lambda head: head.size) == written


def test_a_folder_that_is_not_mounted_is_not_made_anew(office: Office, tmp_path: Path) -> None:
    signer = signer_of(office)
    head = sign(office)
    with pytest.raises(PartUnavailable):
        Folder(tmp_path / "not" / "mounted", signer).keep(head)
    assert not (tmp_path / "not").exists()


def test_every_day_the_log_is_signed_brought_out_and_walked(
    office: Office, clock: SetClock, staff: Staff
) -> None:
    assert keep_heads(office.as_system, office.as_system) is not None
    assert keep_heads(office.as_system, office.as_system) is None
    with office.begin(staff.records) as work:
        state = standing(work)
    assert state is not None
    assert (state.fits, state.faults, state.checked_at) == (True, 0, clock.now())
    assert state.exported_at == clock.now()
    assert len([*(office.settings.folder / "log-heads").iterdir()]) == 2


def test_a_forged_log_is_told_by_the_daily_walk_and_on_the_page(
    office: Office, clock: SetClock, staff: Staff
) -> None:
    keep_heads(office.as_system, office.as_system)
    change(office, update(AuditEntry).where(AuditEntry.sequence == 7).values(act="forged"))
    clock.move(timedelta(days=1))
    keep_heads(office.as_system, office.as_system)
    with office.begin(staff.records) as work:
        state = standing(work)
    assert state is not None
    assert state.faults >= 2


def test_a_place_that_is_away_keeps_no_head_from_being_signed(
    tmp_path: Path, clock: SetClock
) -> None:
    office = build_office(tmp_path, clock=clock, audit_heads_url=f"file://{tmp_path}/away/heads")
    for _ in range(2):
        with pytest.raises(PartUnavailable):
            keep_heads(office.as_system, office.as_system)
    (tmp_path / "away").mkdir()
    keep_heads(office.as_system, office.as_system)
    assert len(list((tmp_path / "away" / "heads").glob("head-*.json"))) == 1
    with office.as_system() as work:
        assert work.session.scalars(select(AuditHead.checked_at)).one() is not None
    office.close()


def test_the_check_of_the_house_includes_the_heads(office: Office) -> None:
    sign(office)
    change(office, delete(AuditEntry).where(AuditEntry.sequence > 290))
    assert any("bezeugt aber 300" in fault for fault in verify(office.as_system).faults)


def test_what_a_check_found_stands_in_the_log(office: Office) -> None:
    sign(office)
    with office.as_system() as work:
        record_check(work, audit.LogState(300, "", ("Fehler",)))
        noted = work.session.get_one(AuditEntry, 302)
    assert (noted.act, noted.details["faults"]) == ("audit.verified", 1)


def test_proofs_hold_without_the_database(office: Office, staff: Staff) -> None:
    older = sign(office)
    fill(office, 600)
    newer = sign(office)
    with office.begin(staff.records) as work:
        entry = prove_entry(work, 77, size=newer.size)
        growth = prove_growth(work, older.size, second=newer.size)
        listed = heads(work)
    assert listed == [newer, older]
    assert includes(
        bytes.fromhex(newer.root),
        newer.size,
        leaf=bytes.fromhex(entry.leaf),
        index=76,
        path=[bytes.fromhex(step) for step in entry.path],
    )
    assert continues(
        bytes.fromhex(older.root),
        older.size,
        bytes.fromhex(newer.root),
        newer.size,
        path=[bytes.fromhex(step) for step in growth.path],
    )


def test_only_the_system_signs_and_only_those_who_may_see_the_log_see_its_heads(
    office: Office, staff: Staff
) -> None:
    for person in (staff.clerk, staff.administrator, staff.records):
        with pytest.raises(Exception, match="Sie dürfen das nicht"), office.begin(person) as work:
            write_head(work, signer_of(office))
    for person in (staff.clerk, staff.administrator, staff.scanning):
        with pytest.raises(Exception, match="Sie dürfen das nicht"), office.begin(person) as work:
            heads(work)
